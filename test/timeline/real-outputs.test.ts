/** What tools have really printed, in test/timeline/outputs: each error once, with its place. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createOutputErrors } from '../../src/timeline/output-errors.ts';

const OUTPUTS = new URL('outputs/', import.meta.url);

/** Kind, place, message. Of Node 20, TypeScript 7, esbuild 0.28, Vite 8, webpack 5, Vitest 4, Jest 30, Mocha, Rollup 4, Parcel 2, Next 16, Python 3.11, Go 1.26, Rust 1.95, Java 17, gcc. */
const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  'esbuild-unresolved': [
    'compile src/unresolved.ts:1:18 Could not resolve "./missing"',
    'compile src/unresolved.ts:2:7 Could not resolve "no-such-package"',
  ],
  esbuild: ['compile src/syntax.ts:2:18 Unexpected ";"'],
  'gcc-include': ['compile bad.c:2:10 nope.h: No such file or directory'],
  gcc: [
    'compile bad2.c:1:22 ‘x’ undeclared (first use in this function)',
    'compile bad2.c:1:23 expected ‘;’ before ‘}’ token',
  ],
  'go-build': [
    'compile gobad/main.go:5:2 "os" imported and not used',
    'compile gobad/main.go:13:9 undefined: summ',
    'compile gobad/main.go:17:17 cannot use total([]int{…}) (value of type int) as string value in variable declaration',
  ],
  'go-nilmap': ['runtime /home/dev/shop/nilmap.go:15 assignment to entry in nil map'],
  'go-panic-error': ['runtime /home/dev/shop/nilmap.go:12 boom: file does not exist'],
  'go-panic': ['runtime /home/dev/shop/gopanic/main.go:6 runtime error: index out of range [3] with length 0'],
  'go-test': [
    'test cart_test.go:7 Add(1, 2) = -1, want 3',
    'runtime /home/dev/shop/gotest/cart_test.go:13 runtime error: invalid memory address or nil pointer dereference [recovered, repanicked]',
  ],
  'go-vet': ['compile gobad/main.go:13:9 undefined: summ'],
  'java-run': [
    'runtime Main.java:14 java.lang.IllegalStateException: no total (caused by java.lang.ArrayIndexOutOfBoundsException: Index 3 out of bounds for length 0)',
  ],
  javac: [
    'compile Bad.java:2 incompatible types: String cannot be converted to int',
    'compile Bad.java:3 cannot find symbol',
  ],
  ld: ["compile ld.c undefined reference to `nope'"],
  'jest-fail': [
    'test jest/fail.test.cjs:2:38 cart › adds',
    "test jest/fail.test.cjs:3:44 cart › throws: TypeError: Cannot read properties of undefined (reading 'b')",
    'test jest/fail.test.cjs:5:3 cart › times out',
  ],
  'jest-missing': [
    "test jest/missing.test.cjs:1:11 Test suite failed to run: Cannot find module '../src/gone.cjs' from 'jest/missing.test.cjs'",
  ],
  'jest-pass': [],
  'jest-syntax': [
    "test jest/syntax.test.cjs Test suite failed to run: Jest encountered an unexpected token: SyntaxError: Unexpected token '='",
  ],
  'mocha-nested': [
    'test t.cjs:2:32 root fails: Error: at root',
    'test t.cjs:4:54 outer › inner › deep: AssertionError [ERR_ASSERTION]: 1 == 2',
    'test  outer › inner › string: Error: the string "text" was thrown, throw an Error :)',
    'test  outer › inner › slow: Error: Timeout of 20ms exceeded. For async tests and hooks, ensure "done()" is called; if returning a Promise, ensure it resolves. (/home/dev/shop/t.cjs)',
    'test t.cjs:4:193 outer › inner › multi: a › line: TypeError: m',
    'test t.cjs:5:53 outer › hooks › "before each" hook for "hooked": Error: in hook',
  ],
  mocha: [
    'test mocha.test.cjs:2:52 cart › adds: AssertionError [ERR_ASSERTION]: Expected values to be strictly equal:',
    "test mocha.test.cjs:2:105 cart › throws: TypeError: Cannot read properties of undefined (reading 'b')",
  ],
  'next-build-missing': ["compile ./app/page.jsx:1:1 Error: Module not found: Can't resolve './nowhere'"],
  'next-build-syntax': [
    "compile ./app/page.jsx:1:37 Error: Expected ',', got '<'",
    'compile ./app/layout.jsx Error: Specified module format (CommonJs) is not matching the module format of the source code (EcmaScript Modules)',
  ],
  'next-build-throws': ["runtime app/page.jsx:1:60 TypeError: Cannot read properties of undefined (reading 'b')"],
  'node-a': ["runtime /home/dev/shop/a.mjs:2:37 Error: ENOENT: no such file or directory, open '/none'"],
  'node-b': ["runtime /home/dev/shop/b.mjs:1 SyntaxError: Unexpected token ';'"],
  'node-c': [
    "runtime /home/dev/shop/c.mjs:1 SyntaxError: The requested module './d.mjs' does not provide an export named 'nope'",
  ],
  'node-e': ['runtime /home/dev/shop/e.mjs:1:28 TypeError: rejected'],
  'node-f': [],
  'node-g': [
    'runtime  UnhandledPromiseRejection: This error originated either by throwing inside of an async function without a catch block, or by rejecting a promise which was not handled with .catch(). The promise rejected with the reason "text".',
  ],
  'node-h': [
    "runtime /home/dev/shop/h.mjs Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/home/dev/shop/nowhere.mjs' imported from /home/dev/shop/h.mjs",
  ],
  'node-i': ["runtime /home/dev/shop/i.cjs:1:1 Error: Cannot find module 'express-nope'"],
  'node-k': [
    'runtime /home/dev/shop/k.mjs:1:70 ShopError: printed',
    "runtime /home/dev/shop/k.mjs:1:132 TypeError: Cannot read properties of null (reading 'x')",
  ],
  'node-port': ['runtime /home/dev/shop/j.mjs:1:58 Error: listen EADDRINUSE: address already in use :::43311'],
  'node-test-spec': [
    'test /home/dev/shop/t.test.mjs:2:29 adds: AssertionError [ERR_ASSERTION]: 2 == 3',
    'test /home/dev/shop/t.test.mjs:2:29 adds: AssertionError [ERR_ASSERTION]: 2 == 3',
  ],
  'node-test': ['test /home/dev/shop/t.test.mjs:2:1 adds: 2 == 3'],
  'parcel-missing': ["compile /home/dev/shop/src/miss.js:1:17 Failed to resolve './nowhere.js' from './src/miss.js'"],
  'parcel-syntax': ["compile /home/dev/shop/src/bad.js:2:10 Expected ',', got 'a'"],
  pytest: ['test test_x.py:2 assert (1 + 1) == 3'],
  'python-assert': ['runtime /home/dev/shop/asrt.py:2 AssertionError: x is'],
  'python-bare': ['runtime /home/dev/shop/bare.py:2 Exception'],
  'python-chain': ["runtime /home/dev/shop/lib.py:8 ValueError: no total (caused by KeyError: 'price')"],
  'python-custom': ['runtime /home/dev/shop/cust.py:5 ShopClosed: closed'],
  'python-import': ["runtime /home/dev/shop/imp.py:1 ModuleNotFoundError: No module named 'nope'"],
  'python-kb': [],
  'python-logging': ['runtime /home/dev/shop/logx.py:4 ZeroDivisionError: division by zero'],
  'python-syntax': ['compile /home/dev/shop/syn.py:1 SyntaxError: invalid syntax'],
  'python-unittest': ['runtime /home/dev/shop/ut.py:4 AssertionError: 2 != 3'],
  'rollup-missing': ['compile src/missing.js Could not resolve "./nowhere.js" from "src/missing.js"'],
  'rollup-noexport': [
    'compile src/noexport.js:1:9 "nothere" is not exported by "src/fine.js", imported by "src/noexport.js".',
  ],
  'rollup-syntax': ['compile src/syntax.js:3:2 Cannot use a reserved word as a shorthand property'],
  'rust-build': [
    "compile src/main.rs:2:18 no method named `summ` found for struct `std::slice::Iter<'a, T>` in the current scope",
    'compile src/main.rs:7:21 mismatched types',
  ],
  'rust-ok': [],
  'rust-panic': ['runtime src/main.rs:4:25 index out of bounds: the len is 0 but the index is 3'],
  'rust-test': ['runtime src/main.rs:11:9 assertion `left == right` failed: sum is wrong'],
  'tsc-pretty': [
    "compile src/bad.ts:1:7 TS2322: Type 'string' is not assignable to type 'number'.",
    "compile src/bad.ts:2:18 TS2304: Cannot find name 'nope'.",
  ],
  tsc: [
    "compile src/bad.ts:1:7 TS2322: Type 'string' is not assignable to type 'number'.",
    "compile src/bad.ts:2:18 TS2304: Cannot find name 'nope'.",
  ],
  'vite-build': ['compile src/syntax.ts:2:19 Unexpected token'],
  'vite-unresolved': ["compile src/unresolved.ts:1:19 Could not resolve './missing' in src/unresolved.ts"],
  vitest: [
    'test t/broken.test.ts t/broken.test.ts: Error: No test suite found in file /home/dev/shop/t/broken.test.ts',
    'test t/cart.test.ts:2:61 t/cart.test.ts > cart > adds: AssertionError: expected 2 to be 3 // Object.is equality',
    'test t/cart.test.ts:2:103 t/cart.test.ts > cart > throws: TypeError: inside',
  ],
  'vitest-noise': [],
  webpack: [
    "compile ./src/w.js:1:0 Module not found: Error: Can't resolve './missing' in '/home/dev/shop/src'",
    'compile ./src/ws.js:3:11 Module parse failed: Unexpected token (3:11)',
  ],
};

test.each(Object.keys(EXPECTED))('%s', (name) => {
  const errors = createOutputErrors();
  const lines = readFileSync(new URL(`${name}.txt`, OUTPUTS), 'utf8').split('\n');
  for (const [at, line] of lines.entries()) errors.feed(line, at);
  const told = errors
    .errors()
    .map(
      ({ kind, file, line, column, message }) =>
        `${kind} ${[file, line, column].filter((part) => part !== null).join(':')} ${message}`,
    );
  expect(told).toEqual(EXPECTED[name]);
});

test('every output is looked at', () => {
  expect(readdirSync(OUTPUTS).sort()).toEqual(
    Object.keys(EXPECTED)
      .map((name) => `${name}.txt`)
      .sort(),
  );
});
