/** docs/model-checker.md is true: each of its programs, run in a project of its own, prints what the page says that it prints. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as published from './index.ts';
import { createProject, type Project } from './published.ts';

const PAGE = new URL('../../docs/model-checker.md', import.meta.url);
/** A program, and the output that follows it. */
const SNIPPET = /^### (.+)\n(?:(?!^#)[^\n]*\n)*?```js\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/gm;

const page = readFileSync(PAGE, 'utf8');
const snippets = [...page.matchAll(SNIPPET)].map(([, title = '', program = '', output = '']) => ({
  title,
  program,
  output,
}));

let project: Project;
beforeAll(() => {
  project = createProject();
});
afterAll(() => project.remove());

describe('docs/model-checker.md', () => {
  test('every program is followed by its output', () => {
    expect(snippets.length).toBeGreaterThan(5);
    expect(page.match(/^```js$/gm)).toHaveLength(snippets.length);
  });

  test.each(snippets)('$title', async ({ program, output }) => {
    expect(await project.run(program)).toBe(output);
  });
});

test('what is published has these names', () => {
  const checker = ['awaitEnd', 'explore', 'invoke', 'linearizable', 'replay', 'settle', 'traceOf', 'verify'];
  const atomic = [
    'add',
    'addWide',
    'and',
    'compareExchange',
    'copyIn',
    'copyOut',
    'exchange',
    'get',
    'load',
    'loadWide',
  ];
  const waiting = ['notify', 'or', 'set', 'spin', 'store', 'storeWide', 'wait', 'waitAsync'];
  expect(Object.keys(published).sort()).toEqual([...checker, ...atomic, ...waiting].sort());
});
