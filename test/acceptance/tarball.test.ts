/** The packed program on a clean machine: an empty directory, a home with nothing in it, a PATH that has Node and npm alone. */
import { execFile, execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pidsWithEnvironment, ROOT, until } from './harness.ts';

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

let directory = '';
let archive = '';
let packed: Packed | undefined;

beforeAll(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'dtm-tarball-')));
  const said = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', directory], {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 2 ** 24,
  });
  [packed] = JSON.parse(said) as Packed[];
  archive = join(directory, packed?.filename ?? '');
}, 60_000);

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** The test's Node may come without them. */
function onPath(tool: string): string {
  const found = (process.env['PATH'] ?? '').split(delimiter).map((place) => join(place, tool));
  return found.find((path) => existsSync(path)) ?? tool;
}

/** Nothing of the machine's but Node, npm and a shell; the tarball is all that npm may have. */
function cleanMachine(name: string) {
  const home = join(directory, name);
  const bin = join(home, 'bin');
  mkdirSync(bin, { recursive: true });
  symlinkSync(process.execPath, join(bin, 'node'));
  for (const tool of ['npm', 'npx']) symlinkSync(realpathSync(onPath(tool)), join(bin, tool));
  symlinkSync('/bin/sh', join(bin, 'sh'));
  const project = join(home, 'project');
  mkdirSync(project);
  // By default it is one for all homes of a user, who may have a daemon at work.
  const runtime = join(home, 'run');
  mkdirSync(runtime, { mode: 0o700 });
  const env = {
    HOME: home,
    XDG_RUNTIME_DIR: runtime,
    PATH: bin,
    npm_config_offline: 'true',
    npm_config_omit: 'optional',
    npm_config_audit: 'false',
    npm_config_update_notifier: 'false',
  };
  return { home, project, env };
}

/** MCP from the first byte: initialize, tools/list, a run that runs, and an end that leaves nothing. */
async function meet(command: string, args: readonly string[], cwd: string, env: Record<string, string>) {
  const client = new Client({ name: 'clean', version: '1.0.0' });
  await client.connect(new StdioClientTransport({ command, args: [...args], cwd, env, stderr: 'inherit' }));
  const call = async (name: string, parameters: Record<string, unknown>) =>
    (await client.callTool({ name, arguments: parameters })).structuredContent as Record<string, unknown>;
  const version = client.getServerVersion();
  const { tools } = await client.listTools();
  const ran = await call('run', { command: 'node', args: ['-p', '6 * 7'], mode: 'foreground' });
  const info = await call('daemon', { action: 'info' });
  await call('daemon', { action: 'stop' });
  await client.close();
  await until('nothing is left', () => pidsWithEnvironment(`HOME=${env['HOME']}\0`).length === 0);
  return { version, tools, ran, info };
}

const FINE = {
  version: { name: 'devtool-mcp' },
  ran: { exit_code: 0, state: 'stopped', lines: { first: ['42'] } },
};

test('npx starts it from the tarball alone', async () => {
  const { project, env, home } = cleanMachine('npx');
  const seen = await meet(join(env.PATH, 'npx'), ['-y', `--package=${archive}`, 'devtool-mcp'], project, env);
  expect(seen).toMatchObject(FINE);
  expect(seen.tools).toHaveLength(9);
  expect(readdirSync(project)).toEqual([]);
  expect(seen.info['log_path']).toBe(join(home, '.local/state/devtool-mcp/daemon.log'));
  expect(readdirSync(home).sort()).toEqual(['.local', '.npm', 'bin', 'project', 'run']);
});

test('installed without scripts and without its optional package it is one directory, and serves', async () => {
  const { project, env } = cleanMachine('installed');
  writeFileSync(join(project, 'package.json'), '{"name": "mine", "private": true}');
  const npm = join(env.PATH, 'npm');
  await promisify(execFile)(npm, ['install', '--ignore-scripts', '--no-fund', archive], { cwd: project, env });
  const modules = join(project, 'node_modules');
  expect(readdirSync(modules).filter((name) => !name.startsWith('.'))).toEqual(['devtool-mcp']);
  const seen = await meet(join(modules, '.bin/devtool-mcp'), [], project, env);
  expect(seen).toMatchObject(FINE);
});

describe('what is in it', () => {
  const paths = () => (packed?.files ?? []).map(({ path }) => path);

  test('nothing but the built program, what describes it, and what it is licensed under', () => {
    const tops = [...new Set(paths().map((path) => path.split('/')[0]))].sort();
    expect(tops).toEqual([
      '.claude-plugin',
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'dist',
      'monitors',
      'package.json',
      'schema',
      'server.json',
      'skills',
    ]);
    expect(paths().filter((path) => /\.map$|\.test\.|(?<!\.d)\.[mc]?ts$|\.tsbuildinfo$/.test(path))).toEqual([]);
  });

  test('no name of a directory of the machine that built it', () => {
    const found = paths().filter((path) => {
      const text = execFileSync('tar', ['-xzOf', archive, `package/${path}`], {
        encoding: 'latin1',
        maxBuffer: 2 ** 24,
      });
      return text.includes(ROOT.replace(/\/$/, ''));
    });
    expect(found).toEqual([]);
  });
});
