import { expect, test } from 'vitest';
import { parseStack, tidyStack } from '../../src/proxy/stack.ts';

const HOST = 'http://localhost:41234';
const client = (name: string) => `    at ${name} (${HOST}/__devtool/client.js:1:10108)`;
const run = (line: number, column: number) => `${HOST}/__devtool/exec/cd96.js:${line}:${column}`;

test('of a run, what called its code is left out, and its places are those of the code that was given', () => {
  const stack = [
    'TypeError: no',
    `    at deep (${run(2, 39)})`,
    `    at ${run(4, 1)}`,
    client('c'),
    `    at ${run(1, 44)}`,
  ];
  expect(tidyStack(stack.join('\n'))).toBe('TypeError: no\n    at deep (code:1:39)\n    at code:3:1');
  expect(parseStack(tidyStack(stack.join('\n')))).toEqual([
    { name: 'deep', file: 'code', line: 1, column: 39 },
    { name: '', file: 'code', line: 3, column: 1 },
  ]);
});

test('an error in the first words of an expression has the place of what stands before it', () => {
  expect(tidyStack(`ReferenceError: nope\n    at ${run(1, 75)}\n${client('w')}`)).toBe(
    'ReferenceError: nope\n    at code:1:1',
  );
});

test('others keep their lines but for the client’s own', () => {
  const own = `    at f (${HOST}/src/a.ts:1:2)`;
  expect(tidyStack(`Error\n${client('console.error')}\n${own}`)).toBe(`Error\n${own}`);
  expect(tidyStack(`Error: of /__devtool/client.js\n${own}`)).toBe(`Error: of /__devtool/client.js\n${own}`);
  expect(tidyStack('no stack')).toBe('no stack');
});

test('a line of colons without end, which would hold its reader for hours, is no frame; those around it are', () => {
  const hostile = 'a.js:>1:2t/'.repeat(90_000);
  const stack = `Error: x\n    at f (${HOST}/a.js:1:2)\n${hostile}\n    at g (${HOST}/b.js:3:4)`;
  expect(parseStack(stack).map(({ name }) => name)).toEqual(['f', 'g']);
});
