import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLines } from '../../src/home/lines.ts';

function split(chunks: readonly (string | Buffer)[], most = 1_000) {
  const lines: string[] = [];
  const tooLong: number[] = [];
  const splitter = createLines(
    most,
    (line) => lines.push(line.toString('utf8')),
    ({ bytes }) => tooLong.push(bytes),
  );
  for (const chunk of chunks) splitter.push(Buffer.from(chunk));
  return { lines, tooLong };
}

test('whole lines with their newlines, in order; the last one only when it is whole', () => {
  expect(split(['a\nb', 'c\n', '\nd']).lines).toEqual(['a\n', 'bc\n', '\n']);
});

test('the cuts do not matter, whatever the bytes', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.array(fc.nat(40)), (texts, cuts) => {
      const bytes = Buffer.from(`${texts.join('\n')}\n`);
      const chunks: Buffer[] = [];
      let from = 0;
      for (const cut of cuts) {
        chunks.push(bytes.subarray(from, from + cut));
        from += cut;
      }
      chunks.push(bytes.subarray(from));
      expect(split(chunks).lines.join('')).toBe(bytes.toString('utf8'));
      expect(split(chunks).lines.every((line) => line.indexOf('\n') === line.length - 1)).toBe(true);
    }),
  );
});

test('of a line that is dropped its ends are told, however it was cut', () => {
  const line = Buffer.from(`${'a'.repeat(300)}${'b'.repeat(5_000)}${'c'.repeat(299)}\n`);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: line.length }), (size) => {
      const told: string[] = [];
      const splitter = createLines(
        1_000,
        () => {},
        ({ bytes, head, tail }) => told.push(`${bytes} ${head} ${tail}`),
      );
      for (let at = 0; at < line.length; at += size) splitter.push(line.subarray(at, at + size));
      splitter.push(line);
      const once = `${line.length} ${'a'.repeat(256)} ${'c'.repeat(255)}\n`;
      expect(told).toEqual([once, once]);
    }),
    { numRuns: 50 },
  );
});

test('a line over the limit is reported once and dropped, those around it are not', () => {
  expect(split(['before\n', 'x'.repeat(600), 'y'.repeat(600), 'z\nafter\n'])).toEqual({
    lines: ['before\n', 'after\n'],
    tooLong: [1_202],
  });
  expect(split([`${'x'.repeat(999)}\n`]).lines).toHaveLength(1);
  expect(split([`${'x'.repeat(1_000)}\n`]).lines).toHaveLength(0);
});
