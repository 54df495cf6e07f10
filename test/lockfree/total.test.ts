/** Numbers and 64-bit words: each as the other has it, over the edges of 32 bits. */
import { describe, expect, test } from 'vitest';
import { numberOf, Total, wideOf } from '../../src/lockfree/total.ts';

const EDGES = [0, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 33 + 7, 2 ** 52 + 1, Number.MAX_SAFE_INTEGER];
const NUMBERS = [...EDGES, ...EDGES.map((n) => -n)].map((n) => n + 0);

test.each(NUMBERS)('%i there and back', (n) => {
  expect(wideOf(n)).toBe(BigInt(n));
  expect(numberOf(BigInt(n))).toBe(n);
});

test.each([0.5, 2 ** 31 + 0.5, Number.NaN, Number.POSITIVE_INFINITY])('%d is no whole number', (n) => {
  expect(() => wideOf(n)).toThrow(RangeError);
});

describe('a total', () => {
  test.each([0, 2 ** 31 - 2, 2 ** 32 - 2, 2 ** 52])('of sums from %i on', (start) => {
    const total = new Total(BigInt(start));
    for (const n of [1, 2, 3, 0, 262_140]) total.add(n);
    expect(total.value).toBe(BigInt(start + 262_146));
  });

  test('is nobody else’s', () => {
    const [one, other] = [new Total(5n), new Total(7n)];
    one.add(1);
    expect([one.value, other.value]).toEqual([6n, 7n]);
  });
});
