/** How scripts are run: as values, and for the programs of this machine by running them. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { runnableScripts } from '../../src/project/detect.ts';
import { isServer, scriptCommand } from '../../src/project/script-command.ts';
import { type Files, projectDirectory } from './project-directory.ts';

const run = promisify(execFile);
const isInstalled = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((directory) => existsSync(join(directory, program)));

const ARGUMENTS = ['--port', '4000', 'two words', "it's", '$HOME', ''];
const SHOW = `node -e "console.log(JSON.stringify(process.argv.slice(1)))" --`;

/** What the script of these files is given, by running it. */
async function received(files: Files, name: string, args: readonly string[]): Promise<unknown> {
  const path = projectDirectory(files);
  const command = scriptCommand({ path }, name, args);
  if (command.kind !== 'script') throw new Error(`no script ${name}`);
  const env = { ...process.env, ...command.env };
  const { stdout } = await run(command.command, [...command.args], { cwd: command.cwd, shell: command.shell, env });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

describe('a caller’s arguments reach the script', () => {
  test('npm', async () => {
    expect(await received({ 'package.json': { scripts: { show: SHOW } } }, 'show', ARGUMENTS)).toEqual(ARGUMENTS);
  });

  test('a line of a Procfile', async () => {
    expect(await received({ Procfile: `show: ${SHOW}\n` }, 'show', ARGUMENTS)).toEqual(ARGUMENTS);
  });

  test('a program of devtool-mcp.json, with its directory and environment', async () => {
    const code =
      'console.log(JSON.stringify([process.env.A, process.cwd().endsWith("below"), ...process.argv.slice(1)]))';
    const config = { scripts: { show: { command: 'node', args: ['-e', code, '--'], cwd: 'below', env: { A: 'b' } } } };
    expect(await received({ 'devtool-mcp.json': config, 'below/x': '' }, 'show', ARGUMENTS)).toEqual([
      'b',
      true,
      ...ARGUMENTS,
    ]);
  });

  test.runIf(isInstalled('make'))('variables of make', async () => {
    const makefile = `show:\n\t@node -e "console.log(JSON.stringify('$(A)'))"\n`;
    expect(await received({ Makefile: makefile }, 'show', ['A=b c'])).toBe('b c');
  });
});

test.each([
  ['npm', { 'package.json': { scripts: { t: 'x' } } }, 't', ['npm', 'run', 't', '--', '-a']],
  ['yarn', { 'package.json': { scripts: { t: 'x' } }, 'yarn.lock': '' }, 't', ['yarn', 'run', 't', '-a']],
  ['pnpm', { 'package.json': { scripts: { t: 'x' } }, 'pnpm-lock.yaml': '' }, 't', ['pnpm', 'run', 't', '-a']],
  ['bun', { 'package.json': { scripts: { t: 'x' } }, 'bun.lock': '' }, 't', ['bun', 'run', 't', '-a']],
  ['deno', { 'deno.json': { tasks: { t: 'x' } } }, 't', ['deno', 'task', 't', '-a']],
  ['make', { Makefile: 't:\n\tx\n' }, 't', ['make', 't', '-a']],
  ['just', { justfile: 't:\n  x\n' }, 't', ['just', 't', '-a']],
  ['task', { 'Taskfile.yml': 'tasks: {t: x}' }, 't', ['task', 't', '--', '-a']],
  [
    'composer',
    { 'composer.json': { scripts: { t: 'x' } } },
    't',
    ['composer', 'run-script', '--timeout=0', 't', '--', '-a'],
  ],
  ['cargo', { 'Cargo.toml': '', 'src/main.rs': '' }, 'run', ['cargo', 'run', '--', '-a']],
  ['go', { 'go.mod': 'module a\n' }, 'test', ['go', 'test', './...', '-a']],
] as [string, Files, string, string[]][])('%s', (_name, files, script, expected) => {
  const path = projectDirectory(files);
  const command = scriptCommand({ path }, script, ['-a']);
  expect(command).toMatchObject({ kind: 'script', shell: false, cwd: path, env: {} });
  expect(command.kind === 'script' && [command.command, ...command.args]).toEqual(expected);
});

test('without arguments there is no separator', () => {
  const path = projectDirectory({ 'package.json': { scripts: { t: 'x' } } });
  expect(scriptCommand({ path }, 't')).toMatchObject({ command: 'npm', args: ['run', 't'] });
});

test('a name that is told apart by its file runs by its own', () => {
  const path = projectDirectory({ 'package.json': { scripts: { t: 'x' } }, Makefile: 't:\n\ty\n' });
  expect(scriptCommand({ path }, 'Makefile:t')).toMatchObject({ command: 'make', args: ['t'] });
});

test.each([
  ['dve', ['dev']],
  ['Dev', ['dev', 'dev:web']],
  ['tset', ['test']],
  ['zzzzz', []],
  ['x'.repeat(100_000), []],
])('an unknown script names those that are near: %#', (wanted, near) => {
  const path = projectDirectory({ 'package.json': { scripts: { dev: 'x', test: 'y', 'dev:web': 'z' } } });
  const names = ['dev', 'test', 'dev:web'];
  expect(scriptCommand({ path }, wanted)).toEqual({ kind: 'unknown', name: wanted, near, names, wrong: [] });
});

test('whether a script is a server', () => {
  const scripts = runnableScripts(projectDirectory({ 'package.json': { scripts: { dev: 'x', build: 'y' } } }));
  expect(scripts.map(isServer)).toEqual([true, false]);
});

test('of an unknown script the config file that is broken is told', () => {
  const path = projectDirectory({ 'devtool-mcp.json': '{"scripts": {"dev": "vite' });
  expect(scriptCommand({ path }, 'dev')).toMatchObject({
    kind: 'unknown',
    names: [],
    wrong: ['devtool-mcp.json: line 1: a text has no closing quote', 'devtool-mcp.json: line 1: } is missing'],
  });
});
