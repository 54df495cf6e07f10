import { expect, test } from 'vitest';
import { cut, fill, plain, width } from '../../../src/cli/up/width.ts';

test.each<[string, number]>([
  ['', 0],
  ['abc', 3],
  ['➜ é', 3],
  ['e\u0301', 1],
  ['日本', 4],
  ['한', 2],
  ['😀', 2],
  ['👩‍👩‍👧', 2],
  ['❤️', 2],
  ['❤', 1],
])('%j takes %i columns', (text, columns) => {
  expect(width(text)).toBe(columns);
});

test.each<[string, number, string]>([
  ['abc', 3, 'abc'],
  ['abcd', 3, 'ab…'],
  ['日本語', 5, '日本…'],
  ['日本語', 4, '日…'],
  ['ab', 0, ''],
  ['ab', -1, ''],
])('%j cut to %i is %j', (text, columns, expected) => {
  expect(cut(text, columns)).toBe(expected);
  expect(width(cut(text, columns))).toBeLessThanOrEqual(Math.max(0, columns));
  if (columns > 0) expect(width(fill(text, columns))).toBe(columns);
});

test('nothing that a terminal would obey is left', () => {
  expect(plain('a\x1b[2Jb\r\n\x9b31m\u2028')).toBe('a·[2Jb··\u00b731m·');
});
