import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeUtf8, unfinishedTail } from '../../src/text/utf8.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('decodeUtf8', () => {
  test.each([
    ['whole', [0x61, 0xc3, 0xa9], {}, 'aé'],
    ['cut in front', [0xa9, 0x61], { front: true }, 'a'],
    ['three bytes of a cut character in front', [0x9f, 0x98, 0x80, 0x61], { front: true }, 'a'],
    ['a fourth continuation byte belongs to no cut character', [0x80, 0x80, 0x80, 0x80, 0x61], { front: true }, '�a'],
    ['the same bytes where nothing was dropped', [0xa9, 0x61], {}, '�a'],
    ['held back at the end', [0x61, 0xf0, 0x9f, 0x98], { back: true }, 'a'],
    ['the same bytes after the end', [0x61, 0xf0, 0x9f, 0x98], {}, 'a�'],
    ['invalid in the middle', [0x61, 0xff, 0x62], { front: true, back: true }, 'a�b'],
    ['overlong', [0xc0, 0xaf], { back: true }, '��'],
    ['a surrogate', [0xed, 0xa0], { back: true }, '��'],
    ['past U+10FFFF', [0xf4, 0x90], { back: true }, '��'],
    ['only a fragment, cut on both sides', [0x98], { front: true, back: true }, ''],
    ['a byte order mark stays', [0xef, 0xbb, 0xbf, 0x61], {}, '\ufeffa'],
    ['nothing', [], { front: true, back: true }, ''],
  ])('%s', (_, bytes, cut, text) => {
    expect(decodeUtf8(Uint8Array.from(bytes), cut)).toBe(text);
  });

  test('a text cut anywhere gives pieces without garbage, and the whole but for the cut character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.nat(), (text, seed) => {
        const bytes = bytesOf(text);
        const at = seed % (bytes.length + 1);
        const before = decodeUtf8(bytes.subarray(0, at), { back: true });
        const after = decodeUtf8(bytes.subarray(at), { front: true });
        expect(text.startsWith(before)).toBe(true);
        expect(text.endsWith(after)).toBe(true);
        expect(before.length + after.length).toBeGreaterThanOrEqual(text.length - 2);
      }),
      { numRuns: 500 },
    );
  });

  test('what is held back is what the rest completes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), fc.nat(), (text, seed) => {
        const bytes = bytesOf(text.toWellFormed());
        const at = seed % (bytes.length + 1);
        const kept = at - unfinishedTail(bytes.subarray(0, at));
        expect(decodeUtf8(bytes.subarray(0, kept)) + decodeUtf8(bytes.subarray(kept))).toBe(text.toWellFormed());
      }),
      { numRuns: 500 },
    );
  });

  test('agrees with TextDecoder on any bytes that nothing cuts', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(decodeUtf8(bytes)).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
      }),
    );
  });

  test('each single byte', () => {
    for (let byte = 0; byte < 256; byte++) {
      const text = decodeUtf8(Uint8Array.of(byte), { back: true });
      if (byte < 0x80) expect(text).toBe(String.fromCharCode(byte));
      else expect(text).toBe(byte >= 0xc2 && byte <= 0xf4 ? '' : '�');
    }
  });
});
