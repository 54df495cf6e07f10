import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AssemblyOptions, assembleLines, cursorAfter, isNew, type Piece } from '../../src/text/lines.ts';

/** Pieces at consecutive positions, a microsecond apart: `>` stdout, `!` stderr. */
function pieces(...written: (string | Uint8Array)[]): Piece[] {
  let position = 0;
  return written.map((one, micros) => {
    const all = typeof one === 'string' ? new TextEncoder().encode(one) : one;
    const piece: Piece = { stream: all[0] === 0x21 ? 'stderr' : 'stdout', position, micros, bytes: all.subarray(1) };
    position += piece.bytes.length;
    return piece;
  });
}

const LIVE: AssemblyOptions = { view: 'tidy', live: true, dropped: false };
const textsOf = (given: readonly Piece[], options: Partial<AssemblyOptions> = {}): string[] =>
  assembleLines(given, { ...LIVE, ...options }).map((line) => line.text);

describe('assembleLines', () => {
  test.each([
    ['nothing', [], []],
    ['one line', ['>hello\n'], ['hello']],
    ['no newline at the end is a line', ['>a\nb'], ['a', 'b']],
    ['an empty last element is none', ['>a\n', '>'], ['a']],
    ['blank lines', ['>a\n\n\nb\n'], ['a', '', '', 'b']],
    ['a first blank line', ['>\na'], ['', 'a']],
    ['a line over three pieces', ['>he', '>ll', '>o\n'], ['hello']],
    ['\\r\\n', ['>a\r\nb\r\n'], ['a', 'b']],
    ['\\r\\n cut', ['>a\r', '>\nb'], ['a', 'b']],
    ['a progress bar', ['>10%\r', '>50%\r', '>100%\n', '>done\n'], ['100%', 'done']],
    ['a character over two pieces', [Uint8Array.of(0x3e, 0xc3), Uint8Array.of(0x3e, 0xa9, 0x0a)], ['é']],
    ['an unfinished character is held back', [Uint8Array.of(0x3e, 0x61, 0xc3)], ['a']],
    ['an escape sequence over two pieces', ['>\x1b[3', '>1mred\x1b[0m\n'], ['red']],
  ])('%s', (_, written, lines) => {
    expect(textsOf(pieces(...written))).toEqual(lines);
  });

  test('streams assemble their lines separately, and a line is where its first byte arrived', () => {
    const given = pieces('>out ', '!err\n', '>one\ntwo\n', '!last');
    expect(assembleLines(given, LIVE)).toEqual([
      { stream: 'stdout', position: 0, end: 11, micros: 0, heard: 2, text: 'out one', complete: true },
      { stream: 'stderr', position: 4, end: 7, micros: 1, heard: 1, text: 'err', complete: true },
      { stream: 'stdout', position: 12, end: 15, micros: 2, heard: 2, text: 'two', complete: true },
      { stream: 'stderr', position: 16, end: 20, micros: 3, heard: 3, text: 'last', complete: false },
    ]);
    expect(cursorAfter(given)).toBe(20);
    expect(cursorAfter([])).toBe(0);
  });

  test('a front that was dropped leaves no garbage, at either stream', () => {
    const cut = pieces(Uint8Array.of(0x3e, 0xa9, 0x61, 0x0a, 0xa9, 0x0a), Uint8Array.of(0x21, 0x98, 0x80, 0x62, 0x0a));
    expect(textsOf(cut, { dropped: true })).toEqual(['a', '�', 'b']);
  });

  test('an ended process has nothing to wait for', () => {
    expect(textsOf(pieces(Uint8Array.of(0x3e, 0x61, 0xc3)), { live: false })).toEqual(['a�']);
  });

  test('raw keeps what was written', () => {
    expect(textsOf(pieces('>10%\r20%\x1b[0m\r\nb\b\n'), { view: 'raw' })).toEqual(['10%\r20%\x1b[0m', 'b\b']);
  });

  test('any cutting of a stream gives the same lines', () => {
    const unit = fc.constantFrom('a', 'é', '😀', '\n', '\r', '\b', '\x1b[2K', '\x1b[1A', '\x1b[31m', 'long word');
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 30 }), fc.array(fc.nat(12), { maxLength: 40 }), (units, sizes) => {
        const bytes = new TextEncoder().encode(units.join(''));
        const parts: Uint8Array[] = [];
        let from = 0;
        for (const size of [...sizes, bytes.length]) {
          parts.push(Uint8Array.of(0x3e, ...bytes.subarray(from, from + size)));
          from = Math.min(from + size, bytes.length);
        }
        const strip = (given: readonly Piece[]) =>
          assembleLines(given, LIVE).map(({ micros: _, heard: __, ...line }) => line);
        expect(strip(pieces(...parts))).toEqual(strip(pieces(Uint8Array.of(0x3e, ...bytes))));
      }),
      { numRuns: 500 },
    );
  });

  test('raw lines of ASCII are the text split at newlines, each at its own position', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 60 }), (text) => {
        const lines = assembleLines(pieces(`>${text}`), { ...LIVE, view: 'raw' });
        const expected = text.split('\n');
        if (expected.at(-1) === '') expected.pop();
        expect(lines.map((line) => line.text)).toEqual(expected);
        for (const line of lines) expect(text.slice(line.position, line.end)).toBe(line.text);
      }),
    );
  });

  test('what moves no cursor is shown as written, and is the same when a colour before it asks for a screen', () => {
    const unit = fc.constantFrom('a', 'é', '😀', '\n', '\r\n', Uint8Array.of(0xc3), Uint8Array.of(0x80));
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 30 }), fc.boolean(), fc.boolean(), (units, live, dropped) => {
        const bytes = Buffer.concat(units.map((one) => Buffer.from(one)));
        const colour = Buffer.from('\x1b[m');
        const options = { ...LIVE, live, dropped: dropped && bytes[0] !== 0x80 };
        const lines = assembleLines(pieces(Buffer.concat([Buffer.from('>'), bytes])), options);
        const screen = assembleLines(pieces(Buffer.concat([Buffer.from('>'), colour, bytes])), options);
        const moved = screen.map(({ position, end, ...line }, at) => ({
          ...line,
          position: at === 0 ? 0 : position - colour.length,
          end: end - colour.length,
        }));
        expect(lines).toEqual(moved);
      }),
      { numRuns: 500 },
    );
  });
});

describe('isNew', () => {
  const seen = (before: string[], then: string[]): string[] => {
    const after = cursorAfter(pieces(...before));
    return assembleLines(pieces(...before, ...then), LIVE)
      .filter((line) => isNew(line, after))
      .map((line) => line.text);
  };

  test.each([
    ['lines after the cursor', ['>a\n'], ['>b\n'], ['b']],
    ['a line that has grown, whole', ['>a\nDown'], ['>load\nb\n'], ['Download', 'b']],
    ['not a line that only got its newline', ['>a\nprompt'], ['>\n'], []],
    ['not one that got \\r\\n', ['>a\nprompt'], ['>\r', '>\n'], []],
    ['a blank line', ['>a\n'], ['>\n'], ['']],
    ['a first blank line', [], ['>\n'], ['']],
    ['a row of a progress bar that was written over', ['>1%\n'], ['>\x1b[1A\x1b[2K2%\n'], ['2%']],
    ['nothing', ['>a\n'], [], []],
    ['the other stream only', ['>out', '!err\n'], ['!more\n'], ['more']],
  ])('%s', (_, before, then, lines) => {
    expect(seen(before, then)).toEqual(lines);
  });
});
