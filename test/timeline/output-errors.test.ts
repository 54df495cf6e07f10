import { describe, expect, test } from 'vitest';
import { createOutputErrors } from '../../src/timeline/output-errors.ts';

function errorsIn(text: string) {
  const errors = createOutputErrors();
  for (const [at, line] of text.split('\n').entries()) errors.feed(line, at);
  return errors.errors().map(({ message, file, line, column, kind }) => [kind, message, file, line, column]);
}

test.each([
  [
    'tsc',
    "src/a.ts(4,5): error TS2322: Type 'x' is not assignable.",
    'compile',
    "TS2322: Type 'x' is not assignable.",
    'src/a.ts',
    4,
    5,
  ],
  [
    'tsc --pretty',
    "src/a.ts:4:5 - error TS2304: Cannot find name 'x'.\n\n4 x\n  ~",
    'compile',
    "TS2304: Cannot find name 'x'.",
    'src/a.ts',
    4,
    5,
  ],
  [
    'esbuild',
    '✘ [ERROR] Expected ";" but found "b"\n\n    src/a.ts:4:5:\n      4 │ a b\n        ╵   ^',
    'compile',
    'Expected ";" but found "b"',
    'src/a.ts',
    4,
    5,
  ],
  [
    'vite',
    '12:00:00 PM [vite] Internal server error: Transform failed\n  Plugin: vite:oxc\n  File: /p/src/a.ts:4:5\n  1  | x',
    'compile',
    'Transform failed',
    '/p/src/a.ts',
    4,
    5,
  ],
  [
    'rolldown',
    '[PARSE_ERROR] Unexpected token\n   ╭─[ src/a.ts:4:5 ]\n',
    'compile',
    'Unexpected token',
    'src/a.ts',
    4,
    5,
  ],
  [
    'webpack',
    'ERROR in ./src/a.js 4:5\nModule parse failed: Unexpected token (4:5)',
    'compile',
    'Module parse failed: Unexpected token (4:5)',
    './src/a.js',
    4,
    5,
  ],
  [
    'next',
    '⨯ ./app/page.tsx:4:5\nParsing ecmascript source code failed',
    'compile',
    'Parsing ecmascript source code failed',
    './app/page.tsx',
    4,
    5,
  ],
  [
    'next, as it begins its lines',
    ' ⨯ ./app/page.tsx:4:5\nUnexpected eof',
    'compile',
    'Unexpected eof',
    './app/page.tsx',
    4,
    5,
  ],
  [
    'next, while it renders',
    " ⨯ TypeError: boom\n    at Page (app/page.tsx:4:5)\n  3 |\n> 4 |   throw new TypeError('boom')",
    'runtime',
    'TypeError: boom',
    'app/page.tsx',
    4,
    5,
  ],
  [
    'jest, a test of no suite',
    '  ● Console\n\n    console.log\n\n  ● adds\n\n    expect(received).toBe(expected)\n\n      at Object.<anonymous> (a.test.js:4:5)',
    'test',
    'adds',
    'a.test.js',
    4,
    5,
  ],
  [
    'maven',
    '[ERROR] /p/src/Main.java:[4,5] cannot find symbol',
    'compile',
    'cannot find symbol',
    '/p/src/Main.java',
    4,
    5,
  ],
  [
    'a Java log',
    'x ERROR 1 --- [exec-1] o.a.c.Servlet : threw exception\n\njava.lang.NullPointerException: Cannot invoke "a"\n\tat com.x.Cart.get(Cart.java:4)',
    'runtime',
    'java.lang.NullPointerException: Cannot invoke "a"',
    'Cart.java',
    4,
    null,
  ],
  [
    'rollup, in a build by Vite',
    'error during build:\nsrc/main.ts (4:5): "foo" is not exported by "src/a.ts".',
    'compile',
    '"foo" is not exported by "src/a.ts".',
    'src/main.ts',
    4,
    5,
  ],
  [
    'dotnet',
    "/p/Program.cs(4,5): error CS0103: The name 'foo' does not exist",
    'compile',
    "CS0103: The name 'foo' does not exist",
    '/p/Program.cs',
    4,
    5,
  ],
  [
    'eslint',
    "/p/src/a.js\n  4:5  error  'x' is not defined  no-undef\n\n✖ 1 problem",
    'compile',
    "'x' is not defined",
    '/p/src/a.js',
    4,
    5,
  ],
  [
    'vitest',
    ' FAIL  src/a.test.ts > adds\nAssertionError: expected 1 to be 2\n ❯ src/a.test.ts:4:5',
    'test',
    'src/a.test.ts > adds: AssertionError: expected 1 to be 2',
    'src/a.test.ts',
    4,
    5,
  ],
  [
    'jest',
    '  ● cart › adds\n\n    expect(received).toBe(expected)\n\n      at Object.<anonymous> (src/a.test.js:4:5)',
    'test',
    'cart › adds',
    'src/a.test.js',
    4,
    5,
  ],
  [
    'node',
    'file:///p/a.mjs:4\n  x\n\nTypeError: x is not a function\n    at node:internal/run:1:1\n    at main (file:///p/a.mjs:4:5)',
    'runtime',
    'TypeError: x is not a function',
    '/p/a.mjs',
    4,
    5,
  ],
  [
    'python',
    'Traceback (most recent call last):\n  File "main.py", line 9, in <module>\n    f()\n  File "lib.py", line 4, in f\n    raise ValueError("x")\nValueError: x',
    'runtime',
    'ValueError: x',
    'lib.py',
    4,
    null,
  ],
  ['go build', './main.go:4:5: undefined: x', 'compile', 'undefined: x', './main.go', 4, 5],
  [
    'go panic',
    'panic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t/p/main.go:4 +0x1d',
    'runtime',
    'boom',
    '/p/main.go',
    4,
    null,
  ],
  [
    'rust',
    'error[E0425]: cannot find value `x`\n --> src/main.rs:4:5\n  |',
    'compile',
    'cannot find value `x`',
    'src/main.rs',
    4,
    5,
  ],
  ['javac', "Main.java:4: error: ';' expected", 'compile', "';' expected", 'Main.java', 4, null],
  [
    'java',
    'Exception in thread "main" java.lang.IllegalStateException: x\n\tat a.Main.main(Main.java:4)',
    'runtime',
    'java.lang.IllegalStateException: x',
    'Main.java',
    4,
    null,
  ],
])('%s', (_tool, text, kind, message, file, line, column) => {
  expect(errorsIn(text)).toEqual([[kind, message, file, line, column]]);
});

describe('what is no error', () => {
  test.each(['ready in 300 ms', 'GET /error 200', 'no errors found', 'error handling is on', 'src/a.ts:4:5', ''])(
    '%j',
    (line) => {
      expect(errorsIn(`${line}\n`)).toEqual([]);
    },
  );
});

test('a later build that succeeds retires what the last one said, not what ran', () => {
  const errors = createOutputErrors();
  errors.feed('src/a.ts(4,5): error TS1005: x', 1);
  errors.feed('ReferenceError: y is not defined', 2);
  errors.feed('    at f (/p/b.js:1:2)', 3);
  expect(errors.errors()).toHaveLength(2);
  errors.feed('12:00:01 [vite] (client) hmr update /src/a.ts', 4);
  expect(errors.errors()).toMatchObject([{ message: 'ReferenceError: y is not defined', file: '/p/b.js' }]);
});

test('what is told of an error is heard with the line that tells it', () => {
  const errors = createOutputErrors();
  const heard = (...lines: string[]) => {
    for (const line of lines) errors.feed(line, ++at);
    return errors.errors().map((error) => [error.micros, error.heard]);
  };
  let at = 0;
  expect(heard('TypeError: x is not a function')).toEqual([[1, 1]]);
  expect(heard('    at f (/p/b.js:1:2)').at(-1)).toEqual([1, 2]);
  expect(heard('Traceback (most recent call last):', '  File "a.py", line 2, in f').length).toBe(1);
  expect(heard('ValueError: 7').at(-1)).toEqual([5, 5]);
  expect(heard('ERROR in ./src/a.js 4:5').length).toBe(2);
  expect(heard('Module parse failed').at(-1)).toEqual([6, 7]);
  expect(heard('/p/b.js:3', '', 'Error: quoted').at(-1)).toEqual([10, 10]);
  expect(errors.errors().at(-1)).toMatchObject({ file: '/p/b.js', line: 3 });
  // Nothing was added to it.
  expect(heard('Node.js v20.19.0').at(-1)).toEqual([10, 10]);
  expect(heard('java.lang.IllegalStateException: a', '\tat A.b(A.java:7)').at(-1)).toEqual([12, 13]);
  expect(heard('Caused by: java.io.IOException: b').at(-1)).toEqual([12, 14]);
});

test('an error without a place is shown, at once and later', () => {
  const errors = createOutputErrors();
  errors.feed('Error: no place', 1);
  expect(errors.errors()).toMatchObject([{ message: 'Error: no place', file: null }]);
  for (let i = 0; i < 20; i++) errors.feed('other words', i);
  errors.feed('    at f (/p/b.js:1:2)', 30);
  expect(errors.errors()).toMatchObject([{ message: 'Error: no place', file: null }]);
});

test('the newest are kept, and a line of a megabyte is cut', () => {
  const errors = createOutputErrors();
  for (let i = 0; i < 500; i++) errors.feed(`a.ts(${i},1): error TS1: ${'x'.repeat(i === 7 ? 1_000_000 : 1)}`, i);
  expect(errors.errors()).toHaveLength(100);
  expect(errors.errors().at(-1)?.line).toBe(499);
});

test('a line that only announces errors is none itself', () => {
  const text = `[vite] Internal server error: Transform failed with 1 error:
[PARSE_ERROR] Unexpected token
   ╭─[ src/a.ts:4:5 ]`;
  expect(errorsIn(text)).toEqual([['compile', 'Unexpected token', 'src/a.ts', 4, 5]]);
});

test.each([
  [' Test Files  3 passed (3)', 'vitest'],
  ['Tests:       5 passed, 5 total', 'jest'],
  ['test result: ok. 3 passed; 0 failed; 0 ignored', 'cargo'],
  ['3 passed in 0.04s', 'pytest'],
  ['============ 3 passed in 0.04s ============', 'pytest'],
  ['ok  \texample.com/shop\t0.008s', 'go'],
  ['ℹ fail 0', 'node'],
  ['# fail 0', 'node, TAP'],
  ['  3 passing (6ms)', 'mocha'],
])('%s: tests that have passed retire tests that had failed, and nothing else (%s)', (line) => {
  const errors = createOutputErrors();
  for (const text of [
    ' FAIL  src/a.test.ts > adds',
    'AssertionError: no',
    ' ❯ src/a.test.ts:4:5',
    'src/a.ts(4,5): error TS1005: x',
  ])
    errors.feed(text, 1);
  expect(errors.errors()).toHaveLength(2);
  errors.feed(line, 2);
  expect(errors.errors()).toMatchObject([{ kind: 'compile' }]);
});

test.each([
  ' Test Files  1 failed | 3 passed (4)',
  'Tests:       1 failed, 5 passed, 6 total',
  'test result: FAILED. 0 passed; 1 failed',
  '1 failed, 3 passed in 0.23s',
  'FAIL\texample.com/shop\t0.008s',
  '# fail 1',
])('%s: those that fail still retire nothing', (line) => {
  const errors = createOutputErrors();
  for (const text of [' FAIL  src/a.test.ts > adds', 'AssertionError: no', ' ❯ src/a.test.ts:4:5'])
    errors.feed(text, 1);
  errors.feed(line, 2);
  expect(errors.errors()).toMatchObject([{ message: 'src/a.test.ts > adds: AssertionError: no' }]);
});

test('a summary without a place and a log’s line are no errors of their own', () => {
  const errors = createOutputErrors();
  for (const text of [
    '   × adds 198ms',
    '✗ Build failed in 674ms',
    '[plugin app] started',
    'retry 3: TypeError: fetch failed',
    'done',
  ])
    errors.feed(text, 1);
  for (let i = 0; i < 60; i++) errors.feed('other words', i);
  expect(errors.errors()).toEqual([]);
});

test.each([
  ['⚡ Done in 4ms', 'esbuild'],
  ['[watch] build finished, watching for changes...', 'esbuild --watch'],
  ['created dist/main.js in 91ms', 'rollup'],
  ['created dist/a.js, dist/b.js in 1.2s', 'rollup'],
  ['✔ rolldown v1.3.2 Finished in 49.64 ms', 'rolldown'],
  ['✨ Built in 2.65s', 'parcel'],
])('%s: a build that has gone through retires compile errors (%s)', (line) => {
  const errors = createOutputErrors();
  errors.feed('src/a.ts(4,5): error TS1005: x', 1);
  errors.feed(line, 2);
  expect(errors.errors()).toEqual([]);
});
