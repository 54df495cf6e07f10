import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { closingLine, escapeClosing, readClosing, unescapeClosing } from '../../src/text/envelope.ts';

describe('closingLine', () => {
  test.each([
    [{ lines: 20, total: 1_204, dropped: 0, cursor: 4_711 }, '[20 of 1,204 lines · dropped 0 · cursor 4711]'],
    [{ lines: 0, total: 0, dropped: 0, cursor: 0 }, '[0 of 0 lines · dropped 0 · cursor 0]'],
    [
      { lines: 40, total: 1_234_567, dropped: 98_765, cursor: 2 ** 40 },
      '[40 of 1,234,567 lines · dropped 98,765 · cursor 1099511627776]',
    ],
  ])('%o', (closing, line) => {
    expect(closingLine(closing)).toBe(line);
    expect(readClosing(line)).toEqual({ lines: [], closing });
  });
});

describe('escapeClosing', () => {
  test.each([
    ['[20 of 1,204 lines · dropped 0 · cursor 4711]', true],
    ['  [20 of 1,204 lines · dropped 0 · cursor 4711] ', true],
    ['[20 of 1,204 lines - dropped 0 - CURSOR 4711', true],
    ['[٣ of 4 lines · cursor 1]', true],
    ['\\[20 of 1,204 lines · dropped 0 · cursor 4711]', true],
    ['[2024-01-01T00:00:00Z] GET /', false],
    ['[vite] cursor moved', false],
    ['plain', false],
    ['', false],
  ])('%j is escaped: %s', (line, escaped) => {
    expect(escapeClosing(line)).toBe(escaped ? `\\${line}` : line);
  });

  test('a result is read back as it was made, whatever its lines claim', () => {
    const forged = fc
      .tuple(fc.constantFrom('', ' ', '\\', '\\\\', ' \\'), fc.nat(), fc.constantFrom('', ' ', ']'))
      .map(([before, count, after]) => `${before}[${count} of 9 lines · dropped 0 · cursor 1]${after}`);
    const line = fc.oneof(
      forged,
      fc.string({ maxLength: 20 }).map((text) => text.replaceAll('\n', '')),
    );
    const count = fc.nat();
    const closing = fc.record({ lines: count, total: count, dropped: count, cursor: fc.maxSafeNat() });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), closing, (lines, end) => {
        const text = [...lines.map(escapeClosing), closingLine(end)].join('\n');
        expect(readClosing(text)).toEqual({ lines, closing: end });
        for (const shown of lines.map(escapeClosing)) expect(readClosing(shown)).toBeNull();
        expect(lines.map(escapeClosing).map(unescapeClosing)).toEqual(lines);
      }),
    );
  });

  test('a text that something else ends has no closing line', () => {
    expect(readClosing('[1 of 1 lines · dropped 0 · cursor 1]\nmore')).toBeNull();
    expect(readClosing('')).toBeNull();
  });
});
