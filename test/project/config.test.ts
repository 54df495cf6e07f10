/** `devtool-mcp.json`: what it says, what is wrong with it, and where it is found. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configOf, detectProject, runnableScripts } from '../../src/project/detect.ts';
import { scriptCommand } from '../../src/project/script-command.ts';
import { type Files, projectDirectory } from './project-directory.ts';

const withConfig = (config: string | object, files: Files = {}): string =>
  projectDirectory({ 'devtool-mcp.json': config, ...files });
const errorsOf = async (config: string | object, files: Files = {}) =>
  (await detectProject(withConfig(config, files))).config?.errors;

test('lines for the shell, and programs', async () => {
  const path = withConfig(`{
    // comments and trailing commas are welcome
    "scripts": {
      "both": "npm run api & npm run dev",
      "api": { "command": "node", "args": ["api.js"], "cwd": "api", "env": { "PORT": "1" } },
    },
  }`);
  expect((await detectProject(path)).config).toEqual({
    path: `${path}/devtool-mcp.json`,
    errors: [],
    autostart: [],
    depends_on: {},
    proxies: [],
  });
  expect(runnableScripts(path)).toMatchObject([
    { name: 'both', invocation: { command: 'npm run api & npm run dev', shell: true } },
    {
      name: 'api',
      command: 'node api.js',
      invocation: { args: ['api.js'], shell: false, cwd: 'api', env: { PORT: '1' } },
    },
  ]);
});

test('detect tells what starts by itself, what depends on what, and the proxies', async () => {
  const config = {
    scripts: {
      db: { command: 'db', autostart: true, ready: { port: 5432, timeout_ms: 5_000 } },
      migrate: { command: 'm', depends_on: ['db'] },
      web: { command: 'w', autostart: true, depends_on: { db: 'started', migrate: 'completed' } },
    },
    proxies: { front: { process: 'web' }, api: { target_url: 'localhost:4000', port: 14_000, autostart: false } },
  };
  expect((await detectProject(withConfig(config))).config).toMatchObject({
    errors: [],
    autostart: ['db', 'web'],
    depends_on: { migrate: ['db'], web: ['db', 'migrate'] },
    proxies: [
      { id: 'front', process: 'web', target_url: null, port: null, autostart: true },
      { id: 'api', process: null, target_url: 'localhost:4000', port: 14_000, autostart: false },
    ],
  });
});

describe('without a command', () => {
  const files: Files = { 'package.json': { scripts: { dev: 'vite' } } };

  test("it is the project's own script, listed once, with what the file adds", async () => {
    const path = withConfig(
      { scripts: { dev: { args: ['--host'], env: { A: 'b' }, port: 4000, autostart: true } } },
      files,
    );
    expect((await detectProject(path)).scripts.map(({ name, source }) => [name, source])).toEqual([
      ['dev', 'package.json'],
    ]);
    expect(scriptCommand({ path }, 'dev', ['--open'])).toMatchObject({
      command: 'npm',
      args: ['run', 'dev', '--', '--host', '--open'],
      env: { A: 'b', PORT: '4000' },
      settings: { autostart: true, port: 4000 },
    });
  });

  test('and no script of that name, it is named', async () => {
    expect(await errorsOf({ scripts: { devv: { autostart: true } } }, files)).toEqual([
      'scripts.devv: has no command, and the project has no script of that name',
    ]);
  });
});

describe('a wrong key is named with its path, and costs nothing but itself', () => {
  test.each([
    [{ scripts: { a: 1, b: 'x' } }, 'scripts.a: must be a line for the shell or an object'],
    [
      { scripts: { a: { comand: 'x', command: 'x' }, b: 'x' } },
      'scripts.a.comand: unknown key; did you mean command? known: command, args, shell, cwd, env, port, depends_on, ready, restart, autostart, keep, timeout_ms, tty, labels',
    ],
    [
      { scripts: { a: { command: 'x', restart: 'often' }, b: 'x' } },
      'scripts.a.restart: expected one of "never"|"on-failure"|"always"',
    ],
    [
      { scripts: { a: { command: 'x', ready: { txt: 'y' } }, b: 'x' } },
      'scripts.a.ready.txt: unknown key; did you mean text? known: text, regex, port, http, exec, timeout_ms',
    ],
    [
      { scripts: { a: { command: 'x', ready: { text: 'y', port: 1 } }, b: 'x' } },
      'scripts.a.ready: has more than one of text, regex, port, http, exec',
    ],
    [
      { scripts: { a: { command: 'x', ready: 'soon' }, b: 'x' } },
      'scripts.a.ready: must be "ready", "exit", "none" or an object',
    ],
    [
      { scripts: { a: { command: 'x', depends_on: ['b', 'bb', 3] }, b: 'x' } },
      'scripts.a.depends_on[2]: expected string, received number',
    ],
    [
      { scripts: { a: { command: 'x', depends_on: { b: 'never' } }, b: 'x' } },
      'scripts.a.depends_on.b: expected one of "ready"|"started"|"completed"|"ended"',
    ],
    [
      { scripts: { a: { command: 'x', depends_on: ['bb'] }, b: 'x' } },
      'scripts.a.depends_on: "bb" is no script of the project; did you mean b?',
    ],
    [{ scripts: { a: { command: 'x', depends_on: ['a'] }, b: 'x' } }, 'scripts.a.depends_on: a → a is a circle'],
    [
      { scripts: { a: { command: 'x', timeout_ms: -1 }, b: 'x' } },
      'scripts.a.timeout_ms: too small: expected number to be >=1',
    ],
    [
      { script: {}, scripts: { a: 'x', b: 'x' } },
      'script: unknown key; did you mean scripts? known: $schema, scripts, proxies, limits, redaction',
    ],
    [
      { proxies: { p: { process: 'other' } }, scripts: { a: 'x', b: 'x' } },
      'proxies.p.process: "other" is no script of the project',
    ],
    [{ proxies: { p: {} }, scripts: { a: 'x', b: 'x' } }, 'proxies.p: has neither process nor target_url'],
    [
      { proxies: { '../p': { process: 'a' } }, scripts: { a: 'x', b: 'x' } },
      'proxies["../p"]: is no name that is allowed here: is no id: letters, digits and ._:#@/- alone',
    ],
    [
      { proxies: { p: { target_url: 'ftp://x' } }, scripts: { a: 'x', b: 'x' } },
      'proxies.p.target_url: is no http(s) URL such as http://localhost:3000',
    ],
    [
      { proxies: { p: { target_url: 'http://a:b@x' } }, scripts: { a: 'x', b: 'x' } },
      'proxies.p.target_url: is no http(s) URL such as http://localhost:3000',
    ],
    [
      { limits: { output_lines: 0 }, scripts: { a: 'x', b: 'x' } },
      'limits.output_lines: too small: expected number to be >=1',
    ],
    [
      { redaction: { names: ['a b', 'ok'] }, scripts: { a: 'x', b: 'x' } },
      'redaction.names[0]: is no name: letters, digits and _.$- alone, 2 to 128',
    ],
    ['{\n\n"scripts": {"a": "x", "b": "x"} "more": 1}', 'line 3: a comma is missing'],
  ])('%j', async (config, error) => {
    const project = await detectProject(withConfig(config));
    expect(project.config?.errors).toContain(error);
    const lost = error.startsWith('scripts.a: must');
    expect(project.scripts.map(({ name }) => name)).toEqual(lost ? ['b'] : ['a', 'b']);
  });

  test.each([
    ['args', 'y'],
    ['args', ['y', 1]],
    ['env', { A: 1 }],
    ['cwd', ''],
    ['shell', 'yes'],
    ['port', 'any'],
  ])('but a script is not run without its %s: %j', async (key, wrong) => {
    const path = withConfig({ scripts: { a: { command: 'x', [key]: wrong }, b: 'x' } });
    expect((await detectProject(path)).config?.errors.join()).toMatch(new RegExp(`^scripts\\.a\\.${key}`));
    expect(runnableScripts(path).map(({ name }) => name)).toEqual(['b']);
  });

  test('shell and args exclude each other', async () => {
    const path = withConfig({ scripts: { a: { command: 'x', args: ['y'], shell: true }, b: 'x' } });
    expect((await detectProject(path)).config?.errors).toEqual([
      'scripts.a: args and shell exclude each other: write them into command',
    ]);
    expect(runnableScripts(path).map(({ name }) => name)).toEqual(['b']);
  });

  test('a circle is told once, and what remains is kept', async () => {
    const scripts = {
      a: { command: 'x', depends_on: ['b'] },
      b: { command: 'x', depends_on: ['c', 'd'] },
      c: { command: 'x', depends_on: ['a'] },
      d: 'x',
    };
    const { config } = await detectProject(withConfig({ scripts }));
    expect(config?.errors).toEqual(['scripts.c.depends_on: a → b → c → a is a circle']);
    expect(config?.depends_on).toEqual({ a: ['b'], b: ['c', 'd'] });
  });

  test('a proxy whose script is unknown leads where its target_url says', async () => {
    const { config } = await detectProject(withConfig({ proxies: { p: { process: 'c', target_url: 'localhost:1' } } }));
    expect(config?.proxies).toEqual([
      { id: 'p', process: null, target_url: 'localhost:1', port: null, autostart: true },
    ]);
  });
});

describe('where it is found', () => {
  const config = { scripts: { dev: 'all', api: { command: 'go', cwd: 'api' }, test: {} } };

  test('from a directory below: its scripts come after what is nearer, and run where it is', async () => {
    const path = withConfig(config, { 'web/package.json': { scripts: { dev: 'vite' } }, Makefile: 'test:\n\tx\n' });
    const project = await detectProject(join(path, 'web'));
    expect(project.config?.path).toBe(`${path}/devtool-mcp.json`);
    const named = Object.fromEntries(project.scripts.map(({ name, command }) => [name, command]));
    expect(named).toMatchObject({ dev: 'vite', 'devtool-mcp.json:dev': 'all', api: 'go', test: 'x' });
    expect(scriptCommand({ path: join(path, 'web') }, 'api')).toMatchObject({
      cwd: join(path, 'api'),
      directory: path,
    });
    expect(scriptCommand({ path: join(path, 'web') }, 'test')).toMatchObject({ command: 'make', cwd: path });
  });

  test('the nearest one alone, and none beyond the repository', async () => {
    const path = withConfig(config, { 'a/devtool-mcp.json': { scripts: { near: 'x' } }, 'a/b/x': '', 'r/s/x': '' });
    expect((await detectProject(join(path, 'a/b'))).scripts.map(({ name }) => name)).toEqual(['near']);
    mkdirSync(join(path, 'r/.git'));
    expect((await detectProject(join(path, 'r/s'))).config).toBeNull();
    // A worktree has a file there.
    writeFileSync(join(path, 'a/b/.git'), 'gitdir: elsewhere\n');
    mkdirSync(join(path, 'a/b/c'));
    expect((await detectProject(join(path, 'a/b/c'))).config).toBeNull();
  });

  test.runIf(process.getuid?.() === 0)('not one that another user has put above', async () => {
    const path = withConfig(config, { 'sub/x': '' });
    const { chownSync } = await import('node:fs');
    chownSync(join(path, 'devtool-mcp.json'), 65_534, 65_534);
    expect(configOf(join(path, 'sub'))).toBeNull();
    expect(configOf(path)).not.toBeNull();
  });
});
