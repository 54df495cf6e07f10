import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { visibleLine, visibleText } from '../../src/text/visible.ts';

describe('visibleLine', () => {
  test.each([
    ['plain', 'hello wörld 日本 👋🏽 ❤️', 'hello wörld 日本 👋🏽 ❤️'],
    ['tab', 'a\tb', 'a\tb'],
    ['newline', 'a\nb', 'a\\u000ab'],
    ['escape', '\x1b[31m', '\\u001b[31m'],
    ['NUL, DEL', '\0\x7f', '\\u0000\\u007f'],
    ['C1', '\u0085\u009b', '\\u0085\\u009b'],
    ['bidi override', 'a\u202eb\u2066c\u200f\u061c', 'a\\u202eb\\u2066c\\u200f\\u061c'],
    ['zero width', 'a\u200bb\u2060c\ufeff', 'a\\u200bb\\u2060c\\ufeff'],
    ['tag characters', 'a\u{e0041}', 'a\\u{e0041}'],
    ['variation selector of the supplement', 'a\u{e0100}', 'a\\u{e0100}'],
    ['line separator', 'a\u2028b', 'a\\u2028b'],
    ['soft hyphen, Hangul filler', '\u00ad\u3164', '\\u00ad\\u3164'],
    ['lone surrogates', 'a\ud800b\udc00', 'a\ufffdb\ufffd'],
    ['surrogates in the wrong order', '\udc00\ud800', '\ufffd\ufffd'],
    ['empty', '', ''],
  ])('%s', (_, given, shown) => {
    expect(visibleLine(given)).toBe(shown);
  });

  test.each([
    ['exactly at the limit', 'x'.repeat(2_000), 'x'.repeat(2_000)],
    ['one more', 'x'.repeat(2_001), `${'x'.repeat(2_000)}… (+1 characters)`],
    ['4 MB', 'x'.repeat(2 ** 22), `${'x'.repeat(2_000)}… (+4192304 characters)`],
    ['a pair at the cut is not halved', `${'x'.repeat(1_999)}😀y`, `${'x'.repeat(1_999)}… (+2 characters)`],
    ['pairs count as one character', `${'x'.repeat(2_000)}😀😀`, `${'x'.repeat(2_000)}… (+2 characters)`],
    ['an escape at the cut is not halved', `${'x'.repeat(1_998)}\0y`, `${'x'.repeat(1_998)}… (+2 characters)`],
    ['escapes fill the line', '\0'.repeat(2_000), `${'\\u0000'.repeat(333)}… (+1667 characters)`],
  ])('cut: %s', (_, given, shown) => {
    expect(visibleLine(given)).toBe(shown);
  });

  test('text after the last thing that was spelt out is cut at the limit too', () => {
    expect(visibleLine('\0abcdef', 9)).toBe('\\u0000abc… (+3 characters)');
  });

  test('every byte, every C1, every half surrogate comes out safe and well-formed', () => {
    const unsafe =
      /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u{e0000}-\u{e007f}]/u;
    for (let code = 0; code <= 0xffff; code++) {
      const shown = visibleLine(`a${String.fromCharCode(code)}b`);
      expect(unsafe.test(shown) || !shown.isWellFormed()).toBe(false);
    }
    for (let code = 0xe0000; code <= 0xe007f; code++) expect(visibleLine(String.fromCodePoint(code))).toMatch(/^\\u\{/);
  });

  test('any text: well-formed, bounded, and the marked count is right', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.integer({ min: 8, max: 40 }), (text, limit) => {
        const shown = visibleLine(text, limit);
        expect(shown.isWellFormed()).toBe(true);
        const cut = /… \(\+(\d+) characters\)$/.exec(shown);
        const kept = cut === null ? shown : shown.slice(0, cut.index);
        expect(kept.length).toBeLessThanOrEqual(limit);
        expect(visibleLine(text, Number.POSITIVE_INFINITY).startsWith(kept)).toBe(true);
        if (cut === null) return;
        const left = Array.from(text).slice(-Number(cut[1])).join('');
        expect(kept + visibleLine(left, Number.POSITIVE_INFINITY)).toBe(visibleLine(text, Number.POSITIVE_INFINITY));
      }),
      { numRuns: 500 },
    );
  });
});

test('visibleText keeps newlines and tabs, and cuts each line', () => {
  expect(visibleText('a\tb\n\x1bc\r\nlong line', 7)).toBe('a\tb\n\\u001bc… (+1 characters)\nlong li… (+2 characters)');
});
