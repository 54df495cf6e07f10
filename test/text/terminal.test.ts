import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { terminalText } from '../../src/text/terminal.ts';

describe('terminalText', () => {
  test.each([
    ['plain', 'a\nb\n', 'a\nb\n'],
    ['no newline at the end', 'a\nb', 'a\nb'],
    ['colours', '\x1b[1m\x1b[32m➜\x1b[39m ok\x1b[0m', '➜ ok'],
    ['colours with colons', '\x1b[38:2::255:0:0mred\x1b[m', 'red'],
    ['hyperlink (OSC 8)', '\x1b]8;;http://x.test\x1b\\here\x1b]8;;\x07!', 'here!'],
    ['clipboard (OSC 52)', 'a\x1b]52;c;aGk=\x07b', 'ab'],
    ['title', '\x1b]0;title\x07text', 'text'],
    ['DCS, SOS, PM, APC', 'a\x1bPq#1\x1b\\b\x1bXx\x1b\\c\x1b^y\x1b\\d\x1b_z\x1b\\e', 'abcde'],
    ['character set, keypad, save', '\x1b(B\x1b=\x1b7a\x1b8', 'a'],
    ['an unterminated string hides its own line only', 'a\x1b]0;title\nb\n', 'a\nb\n'],
    ['an unterminated control sequence', 'a\x1b[12;', 'a'],
    ['a broken control sequence', 'a\x1b[1\u0007b', 'a\u0007b'],
    ['a lone escape at the end', 'a\x1b', 'a'],
    ['\\r\\n', 'a\r\nb\r\n', 'a\nb\n'],
    ['\\r writes over', '100%\r50%', '50%%'],
    ['\\r and erase', '100%\r\x1b[K50%', '50%'],
    ['\\r at the end is nothing', '50%\r', '50%'],
    ['backspace', 'abc\b\bX', 'aXc'],
    ['backspace stops at the edge', '\b\b\ba', 'a'],
    ['npm spinner', '\x1b[1G\x1b[0K⠙\x1b[1G\x1b[0K⠹\x1b[1G\x1b[0Kdone\n', 'done\n'],
    ['over a character outside the BMP', '😀😀\rab', 'ab'],
    ['half over characters outside the BMP', '😀😀\ra', 'a😀'],
    ['cursor forward', 'a\x1b[3Cb', 'a   b'],
    ['cursor back', 'abc\x1b[2DX', 'aXc'],
    ['column', 'abc\x1b[2GX', 'aXc'],
    ['erase to the start', 'abc\x1b[2D\x1b[1KX', ' Xc'],
    ['erase all keeps the column', 'ab\x1b[2Kc', '  c'],
    ['one line up (log-update)', 'a\n1\n2\n\x1b[2K\x1b[1A\x1b[2K\x1b[1A\x1b[2K\x1b[Gx\ny\n', 'a\nx\ny\n'],
    ['fewer lines than before', '1\n2\n3\n\x1b[2K\x1b[1A\x1b[2K\x1b[1A\x1b[2K\x1b[1A\x1b[2K\x1b[Gx\n', 'x\n'],
    ['up, erase below', '1\n2\n3\n\x1b[3A\x1b[Jx\n', 'x\n'],
    ['up and down (several bars)', 'one 1%\ntwo 1%\n\x1b[2A\rone 9%\x1b[2B\rtail\n', 'one 9%\ntwo 1%\ntail\n'],
    ['previous and next line', 'a\nb\n\x1b[2FA\x1b[EB\n', 'A\nB\n'],
    [
      'up within reach only',
      `first\n${'x\n'.repeat(150)}\x1b[999AX\n`,
      `first\n${'x\n'.repeat(50)}X\n${'x\n'.repeat(99)}`,
    ],
    ['up past the top', 'a\n\x1b[9999999Ab\n', 'b\n'],
    ['clearing the screen keeps what was there', 'a\nb\x1b[2J\x1b[3J\x1b[Hc\n', 'a\nb\nc\n'],
    ['reset', 'a\n\x1bcb\n', 'a\nb\n'],
    ['a prompt over the last line', '> \r> help', '> help'],
    ['nothing but escapes is no line', 'a\n\x1b[0m', 'a\n'],
    ['blank lines stay', '\n\na\n\n', '\n\na\n\n'],
  ])('%s', (_, given, text) => {
    expect(terminalText(given)).toBe(text);
  });

  test('a Vite banner', () => {
    const banner =
      '\n  \x1b[32m\x1b[1mVITE\x1b[22m v8.0.1\x1b[39m  \x1b[2mready in \x1b[0m\x1b[1m312\x1b[22m\x1b[2m\x1b[0m ms\x1b[22m\n\n' +
      '  \x1b[32m➜\x1b[39m  \x1b[1mLocal\x1b[22m:   \x1b[36mhttp://localhost:\x1b[1m5173\x1b[22m/\x1b[39m\n';
    expect(terminalText(banner)).toBe('\n  VITE v8.0.1  ready in 312 ms\n\n  ➜  Local:   http://localhost:5173/\n');
  });

  test('a sequence of 4 MB that never ends leaves nothing', () => {
    for (const start of ['\x1b]', '\x1bP', '\x1b[', '\x1b_']) {
      expect(terminalText(`a${start}${'1;'.repeat(2 ** 21)}`)).toBe('a');
    }
  });

  test.each([
    ['carriage returns over a long row', `${'x'.repeat(100_000)}${'\ry'.repeat(100_000)}`],
    ['backspaces', 'x\b'.repeat(200_000)],
    ['erasing to the start', `${'x'.repeat(100_000)}${'\x1b[1K'.repeat(50_000)}`],
    ['far columns', '\x1b[99999Cx\n'.repeat(20_000)],
    ['up and down over long rows', `${'x'.repeat(100_000)}\n${'\x1b[A\x1b[B'.repeat(50_000)}`],
    [
      'erasing and filling the screen',
      `${'x'.repeat(100_000)}\n${`\x1b[99A\rX\x1b[J${'\n'.repeat(99)}`.repeat(2_000)}`,
    ],
    ['unfinished sequences', '\x1b['.repeat(200_000)],
    ['escapes before escapes', '\x1b'.repeat(400_000)],
    ['string starts', '\x1b]'.repeat(200_000)],
  ])('stays linear: %s', (_, given) => {
    // Anything quadratic here runs into the test's time limit by minutes.
    expect(terminalText(given)).not.toContain('\x1b');
  });

  test('never an escape, a return or a backspace, whatever comes', () => {
    const unit = fc.oneof(
      fc.constantFrom(
        '\x1b',
        '[',
        ']',
        'P',
        '\\',
        '\x07',
        '\r',
        '\b',
        '\n',
        '1',
        ';',
        'A',
        'K',
        'J',
        'H',
        'é',
        '😀',
        '\x18',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 60 }), (units) => {
        expect(terminalText(units.join(''))).not.toMatch(/[\x1b\r\b]/);
      }),
      { numRuns: 1_000 },
    );
  });

  test('a text without controls is itself', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', ' ', 'é', '😀', '\t', '\n', '\u0007'), maxLength: 60 }),
        (text) => {
          expect(terminalText(text)).toBe(text);
        },
      ),
    );
  });
});
