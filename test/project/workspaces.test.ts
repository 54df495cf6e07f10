/** Workspaces: the directories that patterns name, within bounds, whatever the patterns are. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { detectProject } from '../../src/project/detect.ts';
import { alternatives, matchesName, matchesPath } from '../../src/project/glob.ts';
import { type Files, projectDirectory } from './project-directory.ts';

const MEMBERS = {
  'packages/a/package.json': { name: '@x/a' },
  'packages/b/package.json': { name: '@x/b' },
  'packages/empty/readme': '',
  'packages/.hidden/package.json': {},
  'packages/a/node_modules/dep/package.json': {},
  'apps/web/src/inner/package.json': { name: 'inner' },
  'tools/go.mod': 'module example.com/tools\n',
};

const paths = async (files: Files): Promise<string[]> =>
  (await detectProject(projectDirectory(files))).workspaces.map(({ path }) => path);
const node = (workspaces: unknown): Files => ({ ...MEMBERS, 'package.json': { workspaces } });

test.each([
  ['one level', node(['packages/*']), ['packages/a', 'packages/b']],
  ['a name', node(['./packages/a/', 'missing']), ['packages/a']],
  ['the long form', node({ packages: ['packages/*'] }), ['packages/a', 'packages/b']],
  ['any depth', node(['apps/**']), ['apps/web/src/inner']],
  ['taken back', node(['packages/*', '!packages/b']), ['packages/a']],
  ['alternatives', node(['packages/{b,c}', '{tools,x}']), ['packages/b', 'tools']],
  ['part of a name', node(['pack*/?']), ['packages/a', 'packages/b']],
  ['nothing outside', node(['../*', '/tmp/*', '..', 'packages/../../x']), []],
  [
    'pnpm',
    { ...MEMBERS, 'package.json': {}, 'pnpm-workspace.yaml': 'packages:\n  - packages/*\n  - "!**/b"\n' },
    ['packages/a'],
  ],
  [
    'go.work',
    { ...MEMBERS, 'go.work': 'go 1.24\n\nuse (\n\t./tools // here\n\t.\n)\nuse ./packages/a\n' },
    ['packages/a', 'tools'],
  ],
  [
    'cargo',
    {
      'Cargo.toml': '[workspace]\nmembers = ["crates/*"]\nexclude = ["crates/old"]\n',
      'crates/new/Cargo.toml': '',
      'crates/old/Cargo.toml': '',
    },
    ['crates/new'],
  ],
  ['maven', { 'pom.xml': '<modules><module>core</module></modules>', 'core/pom.xml': '' }, ['core']],
  [
    'gradle',
    { 'settings.gradle': "include ':a', ':b:c'\n", 'a/build.gradle': '', 'b/c/build.gradle': '' },
    ['a', 'b/c'],
  ],
  ['uv', { 'pyproject.toml': '[tool.uv.workspace]\nmembers = ["libs/*"]\n', 'libs/l/pyproject.toml': '' }, ['libs/l']],
  ['deno', { 'deno.json': { workspace: ['./m'] }, 'm/deno.json': {} }, ['m']],
] as [string, Files, string[]][])('%s', async (_name, files, expected) => expect(await paths(files)).toEqual(expected));

test('a workspace has a name and a type of its own', async () => {
  expect((await detectProject(projectDirectory(node(['tools', 'packages/a'])))).workspaces).toEqual([
    { path: 'packages/a', name: '@x/a', type: 'node' },
    { path: 'tools', name: 'tools', type: 'go' },
  ]);
});

test('a broken one is told with its path', async () => {
  const project = await detectProject(
    projectDirectory({ 'package.json': { workspaces: ['a'] }, 'a/package.json': '{' }),
  );
  expect(project.workspaces).toEqual([{ path: 'a', name: 'a', type: 'node' }]);
  expect(project.problems).toEqual([expect.stringMatching(/^a\/package\.json cannot be parsed: /)]);
});

describe('bounds', () => {
  test('of many directories some are shown, and it is said', async () => {
    const path = projectDirectory({ 'package.json': { workspaces: ['p/*'] } });
    for (let i = 0; i < 600; i++) mkdirSync(join(path, 'p', `d${i}`), { recursive: true });
    const { problems } = await detectProject(path);
    expect(problems).toEqual(['workspaces: more than 500 directories, not all are looked at']);
  });

  test('a directory that contains itself ends', async () => {
    const path = projectDirectory({ 'package.json': { workspaces: ['**'] }, 'a/package.json': {} });
    for (const name of ['x', 'y', 'z']) symlinkSync('..', join(path, 'a', name));
    expect((await detectProject(path)).workspaces).toEqual([{ path: 'a', name: 'a', type: 'node' }]);
  });

  test('one that a link leads to as well counts once, by its own path', async () => {
    const path = projectDirectory({ 'package.json': { workspaces: ['*', 'p/*'] }, 'p/a/package.json': {} });
    symlinkSync('p/a', join(path, 'link'));
    expect((await detectProject(path)).workspaces.map((workspace) => workspace.path)).toEqual(['p/a']);
  });

  test('patterns without end, and with NUL', async () => {
    const patterns = [`${'*a'.repeat(50)}b`, 'a\0b', '{{{{', '{a,b}'.repeat(40), '', '!', '*'.repeat(1000), 7];
    const name = 'a'.repeat(200);
    expect(await paths({ 'package.json': { workspaces: patterns }, [`${name}/package.json`]: {} })).toEqual([name]);
  });
});

describe('patterns', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 6 });
  const name = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 6 });
  const asExpression = (pattern: string) => new RegExp(`^${pattern.replaceAll('?', '.').replace(/\*+/g, '.*')}$`);

  test('a name matches as the regular expression does', () => {
    fc.assert(
      fc.property(word, name, (pattern, text) => matchesName(pattern, text) === asExpression(pattern).test(text)),
    );
  });

  test('a path matches as the regular expression does', () => {
    const level = fc.constantFrom('a', 'b', '**');
    const levels = fc.array(level, { minLength: 1, maxLength: 5 });
    const path = fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 5 });
    const expression = (pattern: readonly string[]) =>
      new RegExp(`^${pattern.map((one) => (one === '**' ? '(\\w/)*' : `${one}/`)).join('')}$`);
    fc.assert(
      fc.property(
        levels,
        path,
        (pattern, at) => matchesPath(pattern, at) === expression(pattern).test(`${at.join('/')}/`),
      ),
    );
  });

  test.each([
    ['a', ['a']],
    ['{a,b}/{c,d}', ['a/c', 'a/d', 'b/c', 'b/d']],
    ['a{b', ['a{b']],
    ['a}b{', ['a}b{']],
  ])('alternatives of %s', (pattern, expected) => expect(alternatives(pattern)).toEqual(expected));
});
