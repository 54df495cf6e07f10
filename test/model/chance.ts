/**
 * Scenarios that fast-check makes up. A failure prints seed and path: `MODEL_SEED=… MODEL_PATH=… npm run model -- registry`
 * repeats it. Without MODEL_SEED each run makes up others; with MODEL_SHRINK=0 the first that fails is told, not the smallest.
 */
import { randomInt } from 'node:crypto';
import fc from 'fast-check';

export const SEED = Number(process.env.MODEL_SEED ?? randomInt(2 ** 31));

/** Runs `body` for `runs` values; the smallest that fails is told. */
export function forAll<T>(values: fc.Arbitrary<T>, runs: number, body: (value: T) => void): void {
  fc.assert(
    fc.property(values, (value) => void body(value)),
    {
      seed: SEED,
      numRuns: runs,
      path: process.env.MODEL_PATH ?? '',
      endOnFailure: process.env.MODEL_SHRINK === '0',
    },
  );
}
