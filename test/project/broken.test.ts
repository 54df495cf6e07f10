/** Broken, huge, binary and unreadable files: the project is still told, with what is wrong, and at once. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { detectProject } from '../../src/project/detect.ts';
import { projectDirectory } from './project-directory.ts';

test.each([
  ['package.json', '{"name": ', 'node'],
  ['package.json', '', 'node'],
  ['package.json', '[]', 'node'],
  ['package.json', 'null', 'node'],
  ['package.json', '['.repeat(500_000), 'node'],
  ['package.json', `{"name": "${'x'.repeat(1_100_000)}"}`, 'node'],
  ['package.json', new Uint8Array([0x7b, 0, 0xff, 0xfe]), 'node'],
  ['deno.json', '['.repeat(500_000), 'deno'],
  ['deno.json', '{"tasks": {', 'deno'],
  ['pyproject.toml', '[project\nname', 'python'],
  ['pyproject.toml', `a = ${'['.repeat(500_000)}`, 'python'],
  ['Cargo.toml', '= 1', 'rust'],
  ['Taskfile.yml', 'tasks: [', 'task'],
  ['Taskfile.yml', `a: &a [x]\n${Array.from({ length: 200 }, () => 'b: *a').join('\n')}`, 'task'],
  ['Taskfile.yml', '- '.repeat(20_000), 'task'],
  ['composer.json', '{', 'php'],
  ['Makefile', new Uint8Array([0, 1, 2]), 'make'],
])('%s, broken (%#)', async (name, content, type) => {
  const project = await detectProject(projectDirectory({ [name]: content }));
  expect(project.type).toBe(type);
  expect(project.problems.length).toBe(1);
  expect(project.problems[0]).toMatch(new RegExp(`^${name} (cannot be parsed|has|is not text)`));
});

describe('a directory that is not open to who asks', () => {
  /** Nothing is closed to root. */
  const asUser = async <T>(run: () => Promise<T>): Promise<T> => {
    const uid = process.geteuid?.();
    if (uid === 0) process.seteuid?.(65_534);
    try {
      return await run();
    } finally {
      if (uid === 0) process.seteuid?.(0);
    }
  };

  test.each([
    ['entered', 0o444, 'unknown', ['. cannot be entered (EACCES)']],
    ['listed', 0o111, 'node', ['. cannot be listed (EACCES)', 'apps cannot be listed (EACCES)']],
  ])('it cannot be %s', async (_name, mode, type, problems) => {
    const path = projectDirectory({ 'package.json': { name: 'a', workspaces: ['apps/*'] }, 'apps/a/package.json': {} });
    chmodSync(join(path, 'apps'), mode);
    chmodSync(path, mode);
    const project = await asUser(() => detectProject(path)).finally(() => chmodSync(path, 0o755));
    expect(project).toMatchObject({ type, problems });
  });
});

test.each([
  ['Gemfile', '\n'.repeat(1_000_000)],
  ['go.work', '\n'.repeat(1_000_000)],
  ['go.mod', 'module '.repeat(140_000)],
  ['pom.xml', '<parent>'.repeat(130_000)],
  ['pom.xml', '<artifactId>'.repeat(80_000)],
  ['build.gradle', ' '.repeat(1_000_000)],
  ['settings.gradle', "include '".repeat(100_000)],
  ['Procfile', `a: x${' '.repeat(1_000_000)}y`],
  ['Makefile', 'a '.repeat(500_000)],
  ['Makefile', `a: ${' '.repeat(1_000_000)}=`],
  ['justfile', `a ${`'"\``.repeat(300_000)}`],
  ['requirements.txt', '-'.repeat(1_000_000)],
  ['process-compose.yaml', `processes: {a: {command: "${'{{'.repeat(400_000)}"}}`],
  ['process-compose.yaml', `processes: {a: {command: "{{ .${'a'.repeat(1_000_000)}"}}`],
  [
    'process-compose.yaml',
    `vars: {A: "${'x'.repeat(400_000)}"}\nprocesses: {${Array.from({ length: 30_000 }, (_, n) => `p${n}: {command: "{{.A}}"}`).join(', ')}}`,
  ],
])(
  '%s that would hold up a careless pattern is read at once (%#)',
  async (name, content) => {
    expect((await detectProject(projectDirectory({ [name]: content }))).name).not.toBe('');
  },
  5_000,
);

test('devtool-mcp.json: noise has a few errors, not thousands, and at once', async () => {
  // An error in each line: to find the number of every one would take minutes.
  const wrongWords = `[${'x\n'.repeat(200_000)}`;
  for (const noise of [wrongWords, '['.repeat(500_000), new Uint8Array([0]), '"x"']) {
    const { config } = await detectProject(projectDirectory({ 'devtool-mcp.json': noise }));
    expect(config?.errors.length).toBeGreaterThan(0);
    expect(config?.errors.length).toBeLessThanOrEqual(20);
  }
}, 5_000);

test('a link to itself, a named pipe and a link to nothing hold nothing up', async () => {
  const path = projectDirectory();
  symlinkSync('package.json', join(path, 'package.json'));
  symlinkSync('nowhere', join(path, 'Gemfile'));
  execFileSync('mkfifo', [join(path, 'Makefile')]);
  const project = await detectProject(path);
  expect(project.projects.map(({ type }) => type)).toEqual(['node', 'make']);
  expect(project.problems).toEqual(['package.json cannot be read (ELOOP)', 'Makefile is no regular file']);
});

test('names that objects have of themselves are names like others', async () => {
  const text = '{"name": "n", "scripts": {"__proto__": "a", "constructor": "b", "toString": "c"}}';
  expect((await detectProject(projectDirectory({ 'package.json': text }))).scripts.map(({ name }) => name)).toEqual([
    '__proto__',
    'constructor',
    'toString',
  ]);
});

test.each([
  [['dev', 'build'], ['package.json scripts: is no object of names and commands'], []],
  ['vite', ['package.json scripts: is no object of names and commands'], []],
  [{ dev: 5, '': 'x', ok: 'vite', build: null }, ['dev: is no text', ' one has no name', 'build: is no text'], ['ok']],
  [undefined, [], []],
  [null, [], []],
])('package.json whose scripts are %j', async (scripts, problems, names) => {
  const project = await detectProject(projectDirectory({ 'package.json': { scripts } }));
  expect(project.problems).toHaveLength(problems.length);
  for (const [at, problem] of problems.entries()) expect(project.problems[at]).toContain(problem);
  expect(project.scripts.map(({ name }) => name)).toEqual(names);
});

test.each([
  [{ 'package.json': { workspaces: 'packages/*' } }, 'package.json workspaces: is no list of patterns'],
  [{ 'deno.json': { tasks: ['dev'] } }, 'deno.json tasks: is no object of names and commands'],
  [{ 'composer.json': { scripts: 'phpunit' } }, 'composer.json scripts: is no object of names and commands'],
  [{ 'Taskfile.yml': 'tasks: [dev]' }, 'Taskfile.yml tasks: is no object of names and commands'],
  [{ 'Taskfile.yml': '- dev' }, 'Taskfile.yml cannot be parsed: it holds no object'],
])('%j is told', async (files, problem) => {
  expect((await detectProject(projectDirectory(files))).problems).toEqual([problem]);
});

test('an empty Taskfile is no broken one', async () => {
  expect(await detectProject(projectDirectory({ 'Taskfile.yml': '' }))).toMatchObject({ type: 'task', problems: [] });
});

test('a recipe for each system is one script', async () => {
  const justfile = '[linux]\nbuild:\n  a\n\n[windows]\nbuild:\n  b\n';
  const { scripts } = await detectProject(projectDirectory({ justfile }));
  expect(scripts).toEqual([{ name: 'build', command: 'a', source: 'justfile' }]);
});

test('what is listed has bounds', async () => {
  const scripts = Object.fromEntries(Array.from({ length: 600 }, (_, at) => [`s${at}`, 'x'.repeat(600)]));
  const project = await detectProject(projectDirectory({ 'package.json': { scripts } }));
  expect(project.scripts).toHaveLength(500);
  expect(project.scripts[0]?.command).toBe(`${'x'.repeat(500)}…`);
  expect(project.problems).toEqual(['scripts: 600, of which 500 are kept']);
});

test('a directory below with a mark in its name is another project', async () => {
  const path = projectDirectory();
  mkdirSync(join(path, 'go.mod'));
  expect(await detectProject(path)).toMatchObject({ type: 'unknown', problems: [] });
});
