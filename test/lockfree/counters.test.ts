/** Counters past the widths where totals usually break, and flags whose first raiser is known. */
import { describe, expect, test } from 'vitest';
import { Counters, countersLayout, FLAG, Flag } from '../../src/lockfree/counters.ts';
import { documentsLayout } from './documents.ts';

const NAMES = ['started', 'failed', 'bytes'] as const;

const fresh = () => {
  const wide = new BigInt64Array(new SharedArrayBuffer(128 + countersLayout(NAMES).bytes));
  return { wide, counters: new Counters(wide, 16, NAMES) };
};

describe('Counters', () => {
  test('each name has its own total, a line apart', () => {
    const { wide, counters } = fresh();
    counters.add('started');
    counters.add('failed', 2);
    counters.add('bytes', 3);
    expect(NAMES.map((name) => counters.get(name))).toEqual([1, 2, 3]);
    expect([wide[16], wide[32], wide[48]]).toEqual([1n, 2n, 3n]);
  });

  test.each([0x7fffffff, 0xffffffff, 2 ** 32, 2 ** 52, Number.MAX_SAFE_INTEGER - 1])(
    'adding 1 to %d is exact',
    (start) => {
      const { counters } = fresh();
      counters.add('bytes', start);
      counters.add('bytes');
      expect(counters.get('bytes')).toBe(start + 1);
    },
  );

  test('a total can go down, below zero too', () => {
    const { counters } = fresh();
    counters.add('started', -2);
    expect(counters.get('started')).toBe(-2);
    counters.add('started', 3);
    expect(counters.get('started')).toBe(1);
  });

  test('a part of one is refused, and changes nothing', () => {
    const { counters } = fresh();
    expect(() => counters.add('bytes', 0.5)).toThrow(RangeError);
    expect(counters.get('bytes')).toBe(0);
  });

  test('a name that was not declared is refused', () => {
    const counters: Counters<string> = new Counters(fresh().wide, 16, NAMES);
    expect(() => counters.get('missing')).toThrow('counter=missing: one of started, failed, bytes expected');
  });

  test('the layout is a line per name', () => {
    expect(countersLayout(['a', 'b']).table()).toEqual([
      { offset: 0, bytes: 128, field: 'a', writer: 'any thread' },
      { offset: 128, bytes: 128, field: 'b', writer: 'any thread' },
    ]);
  });
});

describe('Flag', () => {
  test('only the first raise is the first, until it is lowered', () => {
    const words = new Int32Array(new SharedArrayBuffer(FLAG.bytes));
    const flag = new Flag(words, FLAG.at.up);
    const other = new Flag(words, FLAG.at.up);
    expect(flag.isUp()).toBe(false);
    expect(flag.raise()).toBe(true);
    expect(other.raise()).toBe(false);
    expect(other.isUp()).toBe(true);
    other.lower();
    expect(flag.isUp()).toBe(false);
    expect(other.raise()).toBe(true);
  });

  test('the page shows the layout', () => {
    expect(documentsLayout('counters', FLAG)).toEqual([]);
  });
});
