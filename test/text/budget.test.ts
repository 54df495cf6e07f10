import { describe, expect, test } from 'vitest';
import { type Budget, budgetFor, fitBudget } from '../../src/text/budget.ts';

const texts = (count: number, length: number): string[] => Array.from({ length: count }, () => 'x'.repeat(length));

describe('budgetFor', () => {
  test.each([
    ['nothing asked: the last 40 lines or 4,000 characters', {}, { lines: 40, characters: 4_000, keep: 'last' }],
    ['head asked', { head: 9 }, { lines: Number.POSITIVE_INFINITY, characters: 100_000, keep: 'first' }],
    ['tail asked', { tail: 0 }, { lines: Number.POSITIVE_INFINITY, characters: 100_000, keep: 'last' }],
    ['both', { head: 9, tail: 3 }, { lines: Number.POSITIVE_INFINITY, characters: 100_000, keep: 'last' }],
  ])('%s', (_, selection, budget) => {
    expect(budgetFor(selection)).toEqual(budget);
  });
});

describe('fitBudget', () => {
  const budget = (lines: number, characters: number, keep: Budget['keep']): Budget => ({ lines, characters, keep });
  test.each([
    ['nothing', [], budget(40, 4_000, 'last'), [0, 0, false]],
    ['all', texts(3, 5), budget(40, 4_000, 'last'), [0, 3, false]],
    ['too many lines, last', texts(50, 5), budget(40, 4_000, 'last'), [10, 50, true]],
    ['too many lines, first', texts(50, 5), budget(40, 4_000, 'first'), [0, 40, true]],
    ['too many characters, last', texts(10, 9), budget(40, 35, 'last'), [7, 10, true]],
    ['too many characters, first', texts(10, 9), budget(40, 35, 'first'), [0, 3, true]],
    ['exactly', texts(3, 9), budget(40, 30, 'first'), [0, 3, false]],
    ['one line is always shown', texts(2, 50), budget(40, 10, 'last'), [1, 2, true]],
    ['no lines wanted', texts(2, 5), budget(0, 10, 'last'), [2, 2, true]],
  ] as const)('%s', (_, given, limits, [from, to, truncated]) => {
    expect(fitBudget(given, limits)).toEqual({ from, to, truncated });
  });
});
