import { expect, test } from 'vitest';
import { asyncBody } from '../../src/proxy/exec-code.ts';

test.each([
  ['1 + 1', 'return (1 + 1\n);'],
  ['await fetch("/") // and so on', 'return (await fetch("/") // and so on\n);'],
  ['{ a: 1 }', 'return ({ a: 1 }\n);'],
  ['document.title', 'return (document.title\n);'],
  ['return 7', 'return 7'],
  ['const a = 1; return a', 'const a = 1; return a'],
  ['for (const x of []) {}', 'for (const x of []) {}'],
  ['a; b', 'a; b'],
  ['', ''],
])('%j', (code, body) => expect(asyncBody(code)).toBe(body));

test.each(['const', '}', 'return (', "'"])('%j is refused with the words of the compiler', (code) => {
  expect(() => asyncBody(code)).toThrow(/SyntaxError/);
});

test('nothing is run', () => {
  expect(asyncBody('process.exit(3)')).toBe('return (process.exit(3)\n);');
  expect(asyncBody('throw new Error("x")')).toBe('throw new Error("x")');
});
