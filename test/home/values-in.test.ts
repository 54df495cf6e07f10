import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasFewValues } from '../../src/home/values-in.ts';

const bytes = (text: string) => Buffer.from(text);
const long = (text: string) => bytes(`${text}${' '.repeat(70_000)}`);

test.each([
  ['[1,2,3]', 3],
  ['{"a":[{"b":1},[]]}', 5],
  ['"[[[,,,"', 0],
  [String.raw`["\"[,{", "\\", ",\\\","]`, 3],
  ['["no end [,,', 1],
  ['[[[[', 4],
])('%s has %i', (text, values) => {
  expect(hasFewValues(long(text), values)).toBe(true);
  if (values > 0) expect(hasFewValues(long(text), values - 1)).toBe(false);
});

test('a short line is never refused; a long text is one value', () => {
  expect(hasFewValues(bytes('['.repeat(60_000)))).toBe(true);
  expect(hasFewValues(bytes(JSON.stringify({ code: '[],{"a":1},\\"'.repeat(300_000) })))).toBe(true);
  expect(hasFewValues(bytes(`[${'[],'.repeat(100_000)}[]]`))).toBe(false);
});

test('as many as a parser finds, whatever the texts hold', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify(value);
      const begun = begins(value);
      expect(hasFewValues(long(text), begun)).toBe(true);
      if (begun > 0) expect(hasFewValues(long(text), begun - 1)).toBe(false);
    }),
  );
});

/** Brackets that open, and commas. */
function begins(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const members = Object.values(value);
  return 1 + Math.max(0, members.length - 1) + members.reduce((sum: number, member) => sum + begins(member), 0);
}
