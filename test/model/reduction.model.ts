/**
 * The reduction leaves out repetitions only: on small programs made up by chance it finds every outcome that the whole search
 * finds, and for each history one that is at least as strict about what came before what.
 */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { add, compareExchange, load, notify, store, type Words, wait } from '#atomic';
import { awaitEnd, type ExploreOptions, explore, invoke, type Operation } from './explore.ts';

type Name = 'load' | 'store' | 'add' | 'cas' | 'both' | 'wait' | 'notify' | 'after';
/** An operation and the word it is on. */
type Instruction = readonly [Name, number];

/** `value` is different for each store, so that outcomes tell schedules apart. */
function perform(words: Words, [name, at]: Instruction, value: number): unknown {
  if (name === 'load') return load(words, at);
  if (name === 'store') return store(words, at, value);
  if (name === 'add') return add(words, at, value);
  if (name === 'cas') return compareExchange(words, at, 0, value);
  if (name === 'both') return load(words, at) * 1_000 + load(words, 1 - at);
  if (name === 'wait') return wait(words, at, 0, 5);
  if (name === 'notify') return notify(words, at, 1);
  return awaitEnd(0);
}

interface Outcome {
  readonly results: string;
  /** Pairs of operations of which the first returned before the second was called. */
  readonly order: ReadonlySet<string>;
}

const orderOf = (history: readonly Operation[]): ReadonlySet<string> =>
  new Set(
    history.flatMap((a) => history.filter((b) => a.ret < b.call).map((b) => `${String(a.arg)} < ${String(b.arg)}`)),
  );

function outcomes(programs: readonly (readonly Instruction[])[], options: ExploreOptions): Outcome[] {
  const found = new Map<string, Outcome>();
  const explored = explore(() => {
    const words: Words = new Int32Array(new SharedArrayBuffer(8));
    return {
      threads: programs.map((program, thread) => () => {
        program.forEach((one, n) => {
          // Thread 0 does not wait for its own end.
          const [name, at] = one[0] === 'after' && thread === 0 ? (['load', one[1]] as const) : one;
          invoke(name, `T${thread}.${n}`, () => perform(words, [name, at], (thread + 1) * 10 + n));
        });
      }),
      check: (_, history) => {
        const ordered = history.toSorted((a, b) => (String(a.arg) < String(b.arg) ? -1 : 1));
        const called = ordered.filter(({ call }) => call !== Number.POSITIVE_INFINITY);
        const results = JSON.stringify([[...words], called.map(({ arg, out }) => [arg, out])]);
        const order = orderOf(called);
        found.set(`${results} ${[...order].sort().join()}`, { results, order });
      },
    };
  }, options);
  expect(explored.error).toBeUndefined();
  return [...found.values()];
}

const instruction = fc.tuple(
  fc.constantFrom<Name>('load', 'load', 'store', 'store', 'add', 'cas', 'both', 'wait', 'notify', 'after'),
  fc.integer({ min: 0, max: 1 }),
);
const programs = fc.array(fc.array(instruction, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 3 });

test.each<[string, ExploreOptions, number]>([
  ['no bound', {}, 60],
  ['bound 1', { preemptions: 1 }, 200],
  ['bound 2', { preemptions: 2 }, 100],
  ['bound 1, a thread that may stop', { preemptions: 1, stall: [0] }, 100],
  ['no bound, a thread that may stop', { stall: [1] }, 30],
])('%s', (_, options, numRuns) => {
  fc.assert(
    fc.property(programs, (all) => {
      const reduced = outcomes(all, options);
      for (const { results, order } of outcomes(all, { ...options, reduce: false })) {
        const isCovered = reduced.some(
          (one) => one.results === results && [...order].every((pair) => one.order.has(pair)),
        );
        expect(isCovered, `${results} ${[...order]}`).toBe(true);
      }
    }),
    { numRuns },
  );
});
