/** Counters under every interleaving: no add is lost, no total torn. Their flags: flag.model.ts. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { add, load, loadWide, storeWide } from '#atomic';
import { Counters, countersLayout } from '../../src/lockfree/counters.ts';
import { BOUND } from './bound.ts';
import { forAll } from './chance.ts';
import { explore, invoke, type Operation } from './counted.ts';
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

/** Sets a first total instead of adding it. */
class FirstIsSet extends Counters<'bytes'> {
  override add(name: 'bytes', n: number): void {
    if (loadWide(this.wide, this.indexOf(name)) === 0n) storeWide(this.wide, this.indexOf(name), BigInt(n));
    else super.add(name, n);
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

const specification = (start: number) => ({
  init: start,
  key: (total: number) => `${total}`,
  step: (total: number, { name, arg, out }: Operation): [boolean, number] =>
    name === 'add' ? [true, total + Number(arg)] : [out === undefined || out === total, total],
});

interface Setting {
  readonly start?: number;
  /** What each thread adds, one after the other; 0 is a look. */
  readonly programs?: readonly (readonly number[])[];
  readonly stall?: readonly number[];
}

const BY_DEFAULT = [
  [1, 1],
  [2, 2],
  [0, 0],
];

/** By default two adders of 1 and 2, each twice, beside a reader that looks twice. */
function count(open: (buffer: SharedArrayBuffer) => Counting, setting: Setting = {}) {
  const { start = START, programs = BY_DEFAULT, stall = [] } = setting;
  const run = (counters: Counting, n: number) => {
    if (n === 0) invoke('get', 0, () => counters.get('bytes'));
    else invoke('add', n, () => counters.add('bytes', n));
  };
  return explore(
    () => {
      const buffer = new SharedArrayBuffer(countersLayout(NAMES).bytes);
      const totals = new BigInt64Array(buffer);
      totals[0] = BigInt(start);
      const threads = programs.map((program) => () => {
        const counters = open(buffer);
        for (const n of program) run(counters, n);
      });
      return {
        threads,
        check: (_results, history) => {
          if (!linearizable(history, specification(start))) throw new Error('not linearizable');
          const sum = programs.flat().reduce((some, n) => some + n, start);
          if (stall.length === 0) expect(totals[0]).toBe(BigInt(sum)); // I1
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

  test('and from nothing, and below', () => {
    expect(count(real, { start: 0 })).toMatchObject({ ok: true });
    expect(count(real, { start: -2 })).toMatchObject({ ok: true });
  });

  test('programs of two or three threads, made up by chance, one of which may stop for ever', () => {
    const program = fc.array(fc.constantFrom(0, 1, -1, 2 ** 31, -(2 ** 31)), { minLength: 1, maxLength: 3 });
    const setting = fc.record({
      programs: fc.array(program, { minLength: 2, maxLength: 3 }),
      start: fc.constantFrom(0, START, -1, 2 ** 31 - 1),
      stall: fc.subarray([0]),
    });
    forAll(setting, 100, (made) => expect(count(real, made)).toMatchObject({ ok: true }));
  });

  test.each([0, 1, 2])('thread %i may stop for ever at any step; the others finish', (thread) => {
    expect(count(real, { stall: [thread] })).toMatchObject({ ok: true });
  });

  test.each<[string, (buffer: SharedArrayBuffer) => Counting, start?: number]>([
    ['load, then store', (buffer) => new LoadThenStore(new BigInt64Array(buffer), 0, NAMES)],
    ['two halves', twoHalves],
    ['the first is set', (buffer) => new FirstIsSet(new BigInt64Array(buffer), 0, NAMES), 0],
  ])('wrong twin is refused: %s', (_, open, start = START) => {
    expect(count(open, { start })).toMatchObject({ ok: false, error: 'not linearizable' });
  });
});
