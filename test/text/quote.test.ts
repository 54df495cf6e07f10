import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quote } from '../../src/text/quote.ts';

describe('quote', () => {
  test.each([
    [['hello'], 'hello'],
    [['hello world'], "'hello world'"],
    [['say "hi"'], `'say "hi"'`],
    [['$HOME'], "'$HOME'"],
    [['`id`'], "'`id`'"],
    [['a;b'], "'a;b'"],
    [['a|b'], "'a|b'"],
    [["it's"], "'it'\\''s'"],
    [[''], "''"],
    [['--flag=value'], '--flag=value'],
    [['~'], "'~'"],
    [['*.ts'], "'*.ts'"],
    [['a\nb'], "'a\nb'"],
    [['npm', 'run', 'dev', '--', '-p', '4000'], 'npm run dev -- -p 4000'],
    [[], ''],
  ])('%j', (args, line) => {
    expect(quote(args)).toBe(line);
  });

  test('a shell gets back what was given', () => {
    const word = fc.string({
      unit: fc.constantFrom("'", '"', '\\', '$', '`', ' ', '\n', 'a', '*', '~', '!', '#', 'é', '='),
      maxLength: 8,
    });
    fc.assert(
      fc.property(fc.array(fc.array(word, { maxLength: 5 }), { minLength: 1, maxLength: 40 }), (commands) => {
        // One shell for many: each prints its words, a NUL after each.
        const script = commands.map((args) => `printf '%s\\0' x ${quote(args)}`).join('\n');
        const expected = commands.map((args) => ['x', ...args].map((one) => `${one}\0`).join('')).join('');
        expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' })).toBe(expected);
      }),
      { numRuns: 30 },
    );
  });
});
