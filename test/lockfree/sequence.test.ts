/** Sequences around the two places where they could go wrong: the int32 wrap and half the circle. */
import { describe, expect, test } from 'vitest';
import { advance, distance, isBefore, later } from '../../src/lockfree/sequence.ts';

const MAX = 0x7fffffff;
const MIN = -0x80000000;

describe('sequence', () => {
  test.each([
    [0, 1, 1],
    [0x7fffff00, 0xff, MAX],
    [MAX, 1, MIN],
    [-1, 1, 0],
    [MIN, -1, MAX],
    [0x7fffff00, 0x200, -0x7fffff00],
  ])('advance(%i, %i) is %i', (from, by, to) => {
    expect(advance(from, by)).toBe(to);
  });

  test.each([
    [0, 0, 0],
    [5, 3, -2],
    [MAX, MIN, 1],
    [MIN, MAX, -1],
    [0x7fffff00, -0x7fffff00, 0x200],
    [0, MAX, MAX],
  ])('distance(%i, %i) is %i', (from, to, steps) => {
    expect(distance(from, to)).toBe(steps);
  });

  test('advancing by a distance arrives, from everywhere near the wrap', () => {
    for (let from = MAX - 3; from <= MAX; from++) {
      for (let by = 0; by <= 8; by++) expect(distance(from, advance(from, by))).toBe(by);
    }
  });

  test('order follows the circle, not the number line', () => {
    expect(isBefore(MAX, MIN)).toBe(true);
    expect(isBefore(MIN, MAX)).toBe(false);
    expect(isBefore(7, 7)).toBe(false);
    expect(later(MAX, MIN)).toBe(MIN);
    expect(later(MIN, MAX)).toBe(MIN);
    expect(later(7, 7)).toBe(7);
  });
});
