import { expect, test } from 'vitest';
import { asyncBody } from '../../src/proxy/exec-code.ts';

test.each([
  ['1 + 1', 'return (\n1 + 1\n);'],
  ['await fetch("/") // and so on', 'return (\nawait fetch("/") // and so on\n);'],
  ['{ a: 1 }', 'return (\n{ a: 1 }\n);'],
  ['document.title', 'return (\ndocument.title\n);'],
  ['return 7', '\nreturn 7'],
  ['const a = 1; return a', '\nconst a = 1; return a'],
  ['for (const x of []) {}', '\nfor (const x of []) {}'],
  ['a; b', '\na; b'],
  ['', '\n'],
])('%j', (code, body) => expect(asyncBody(code)).toBe(body));

test.each(['const', '}', 'return (', "'"])('%j is refused with the words of the compiler', (code) => {
  expect(() => asyncBody(code)).toThrow(/SyntaxError/);
});

test('nothing is run', () => {
  expect(asyncBody('process.exit(3)')).toBe('return (\nprocess.exit(3)\n);');
  expect(asyncBody('throw new Error("x")')).toBe('\nthrow new Error("x")');
});
