/** Counters and flags under every interleaving: no add is lost, no total torn, one raiser is the first. */

import { describe, expect, test } from 'vitest';
import { add, load, loadWide, store, storeWide } from '#atomic';
import { Counters, countersLayout, FLAG, Flag } from '../../src/lockfree/counters.ts';
import { BOUND } from './bound.ts';
import { explore, invoke } from './explore.ts';
import { linearizable } from './linearizable.ts';

const NAMES = ['bytes'] as const;
/** The next add carries into the upper half. */
const START = 2 ** 32 - 2;

interface Counting {
  add(name: 'bytes', n: number): void;
  get(name: 'bytes'): number;
}

const real = (buffer: SharedArrayBuffer): Counting => new Counters(new BigInt64Array(buffer), 0, NAMES);

/** Adds by a load and a store. */
class LoadThenStore extends Counters<'bytes'> {
  override add(name: 'bytes', n: number): void {
    const total = loadWide(this.wide, this.indexOf(name));
    storeWide(this.wide, this.indexOf(name), total + BigInt(n));
  }
}

/** A total in two 32-bit words, each of them atomic. */
function twoHalves(buffer: SharedArrayBuffer): Counting {
  const words = new Int32Array(buffer);
  return {
    add: (_, n) => {
      const low = add(words, 0, n) >>> 0;
      if (low + n >= 2 ** 32) add(words, 1, 1);
    },
    get: () => (load(words, 1) >>> 0) * 2 ** 32 + (load(words, 0) >>> 0),
  };
}

const SPECIFICATION = {
  init: START,
  key: (total: number) => `${total}`,
  step: (total: number, { name, arg, out }: { name: string; arg: unknown; out: unknown }): [boolean, number] =>
    name === 'add' ? [true, total + Number(arg)] : [out === total, total],
};

/** Two adders of 1 and 2, each twice, beside a reader that looks twice. */
function count(open: (buffer: SharedArrayBuffer) => Counting, stall: number[] = []) {
  return explore(
    () => {
      const buffer = new SharedArrayBuffer(countersLayout(NAMES).bytes);
      new BigInt64Array(buffer)[0] = BigInt(START);
      const adder = (n: number) => () => {
        const counters = open(buffer);
        for (let times = 0; times < 2; times++) invoke('add', n, () => counters.add('bytes', n));
      };
      const reader = () => {
        const counters = open(buffer);
        for (let times = 0; times < 2; times++) invoke('get', 0, () => counters.get('bytes'));
      };
      return {
        threads: [adder(1), adder(2), reader],
        check: (_results, history) => {
          const isWhole = history.every(({ ret }) => ret !== Number.POSITIVE_INFINITY);
          if (!isWhole) return;
          if (!linearizable(history, SPECIFICATION)) throw new Error('not linearizable');
          expect(new BigInt64Array(buffer)[0]).toBe(BigInt(START + 6));
        },
      };
    },
    { preemptions: BOUND + 1, stall },
  );
}

describe('Counters', () => {
  test('adds and looks are linearizable, over the edge of 32 bits', () => {
    expect(count(real)).toMatchObject({ ok: true });
  });

  test.each([0, 1, 2])('thread %i may stop for ever at any step; the others finish', (thread) => {
    expect(count(real, [thread])).toMatchObject({ ok: true });
  });

  test.each<[string, (buffer: SharedArrayBuffer) => Counting]>([
    ['load, then store', (buffer) => new LoadThenStore(new BigInt64Array(buffer), 0, NAMES)],
    ['two halves', twoHalves],
  ])('wrong twin is refused: %s', (_, open) => {
    expect(count(open)).toMatchObject({ ok: false, error: 'not linearizable' });
  });
});

/** Raises by a load and a store. */
class LookThenRaise extends Flag {
  readonly #words: Int32Array<SharedArrayBuffer>;

  constructor(words: Int32Array<SharedArrayBuffer>) {
    super(words, FLAG.at.up);
    this.#words = words;
  }

  override raise(): boolean {
    if (this.isUp()) return false;
    store(this.#words, FLAG.at.up, 1);
    return true;
  }
}

describe('Flag', () => {
  const raisers = (open: (words: Int32Array<SharedArrayBuffer>) => Flag) =>
    explore(
      () => {
        const words = new Int32Array(new SharedArrayBuffer(FLAG.bytes));
        const raise = () => open(words).raise();
        return {
          threads: [raise, raise, raise],
          check: (results) => expect(results.filter((isFirst) => isFirst === true)).toHaveLength(1),
        };
      },
      { preemptions: BOUND + 1 },
    );

  test('of three raisers one is the first', () => {
    expect(raisers((words) => new Flag(words, FLAG.at.up))).toMatchObject({ ok: true });
  });

  test('wrong twin is refused: look, then raise', () => {
    expect(raisers((words) => new LookThenRaise(words))).toMatchObject({ ok: false });
  });
});
