/** Chance that can be had again: the nth number of a seed is a function of both, so that it goes on where a lost worker stopped. */
import { fnv1a32 } from '../port.ts';

/** Of one rule under the seed that was given: rules do not share their numbers. */
export const seedOf = (seed: number, id: string): number => fnv1a32(`${seed}:${id}`);

/** The nth number, in [0, 1); Mulberry32 (T. Ettinger), whose state is its count. */
export function chance(seed: number, n: number): number {
  let t = (seed + Math.imul(n + 1, 0x6d2b79f5)) | 0;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
}
