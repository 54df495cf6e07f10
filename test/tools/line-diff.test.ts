import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lineDiff } from '../../src/tools/line-diff.ts';

test('lines taken from one and put into it make the other; equal texts have no difference', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 30 });
  fc.assert(
    fc.property(lines, lines, (a, b) => {
      const made = [...a];
      for (const hunk of lineDiff(a, b).reverse())
        made.splice(hunk.a, hunk.taken, ...b.slice(hunk.b, hunk.b + hunk.put));
      expect(made).toEqual(b);
      expect(lineDiff(a, a)).toEqual([]);
    }),
  );
});

test('as few as can be', () => {
  expect(lineDiff(['x', 'y', 'z'], ['x', 'z', 'w'])).toEqual([
    { a: 1, taken: 1, b: 1, put: 0 },
    { a: 3, taken: 0, b: 2, put: 1 },
  ]);
});

test('long texts without a line in common are different as a whole', () => {
  const all = (word: string) => Array.from({ length: 3_000 }, (_, at) => `${word} ${at}`);
  expect(lineDiff(all('a'), all('b'))).toEqual([{ a: 0, taken: 3_000, b: 0, put: 3_000 }]);
});
