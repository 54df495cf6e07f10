/** The command line on the built program. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BIN, isAlive, ownEnvironment, ROOT, until, type World, world } from './harness.ts';

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

async function cli(place: World, ...words: string[]): Promise<Ran> {
  const child = spawn(process.execPath, [BIN, ...words], {
    cwd: place.project,
    env: { ...ownEnvironment(), DEVTOOL_MCP_HOME: place.home },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const [code] = await once(child, 'close');
  return { code, stdout, stderr };
}

test('every tool is a command: run, output, list as JSON, stop, errors, daemon', async () => {
  const place = await world();
  const started = await cli(
    place,
    'run',
    'command=sh',
    'args=["-c","echo one; echo two; exec sleep 60"]',
    'id=s',
    'wait_for={"text":"two"}',
  );
  expect(started, started.stderr).toMatchObject({ code: 0 });
  expect(JSON.parse(started.stdout)).toMatchObject({ process_id: 's', state: 'running', waited: { ok: true } });
  const output = await cli(place, 'proc', 'output', 'process_id=s', 'tail=1');
  expect(output.stdout).toMatch(/^two\n\[1 of 2 lines/);
  const listed = await cli(place, 'proc', 'list', '--json');
  expect(JSON.parse(listed.stdout)).toMatchObject({ active_count: 1, processes: [{ process_id: 's' }] });
  const wrong = await cli(place, 'proc', 'stop', 'process_id=t');
  expect(wrong).toMatchObject({ code: 1, stdout: '' });
  expect(wrong.stderr).toMatch(/^not_found: process_id="t".*Known: s/);
  const unknown = await cli(place, 'prc', 'list');
  expect(unknown.stderr).toMatch(/^invalid_argument: command "prc" is unknown.*Did you mean proc/);
  expect((await cli(place, 'proc', 'stop', 'process_id=s')).code).toBe(0);
  expect(JSON.parse((await cli(place, 'daemon', 'status')).stdout)).toMatchObject({ running: true });
  expect((await cli(place, 'daemon', 'stop')).code).toBe(0);
});

test('help and version need no daemon', async () => {
  const place = await world();
  expect((await cli(place, 'help')).stdout).toContain('devtool-mcp up [dir]');
  expect((await cli(place, '--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

test('up starts the dev script, shows where it is and what it writes, and stops it at Ctrl-C', async () => {
  const place = await world();
  const child = spawn(process.execPath, [BIN, 'up', join(ROOT, 'examples/shop')], {
    env: { ...ownEnvironment(), DEVTOOL_MCP_HOME: place.home },
  });
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  await until('vite is shown', () => /ready at http:\/\/localhost:\d+\//.test(stdout) && stdout.includes('VITE'));
  const listed = JSON.parse((await cli(place, 'proc', 'list', 'global=true', '--json')).stdout);
  child.kill('SIGINT');
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
  expect(stdout).toContain('devtool-mcp: stopped');
  expect(isAlive(listed.processes[0].pid)).toBe(false);
  await cli(place, 'daemon', 'stop');
});
