/** The command line on the built program. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cli, start } from './command-line.ts';
import { BIN, isAlive, ownEnvironment, until, world } from './harness.ts';
import { openTerminal } from './terminal.ts';

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
  expect((await cli(place, 'proc', '--help')).stdout).toMatch(/^ {2}cleanup_port +port, dry_run, force, path$/m);
  const unknown = await cli(place, 'help', 'proc', 'outptu');
  expect(unknown).toMatchObject({ code: 2, stdout: '' });
  expect(unknown.stderr).toContain('Did you mean output?');
  expect((await cli(place, 'proc', 'output', '--help')).stdout).toMatch(/^ {2}tail +integer 1–1000000$/m);
  expect(existsSync(place.home)).toBe(false);
});

test('a disk that is full is no success', async () => {
  const place = await world();
  const child = spawn('sh', ['-c', 'exec "$0" "$@" > /dev/full', process.execPath, BIN, 'help'], {
    env: { ...ownEnvironment(), DEVTOOL_MCP_HOME: place.home },
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  expect(await once(child, 'close')).toEqual([1, null]);
  expect(said).toMatch(/^devtool-mcp: what there is to say cannot be written: ENOSPC/);
});

test('exit code 2 and both streams as they should be for a command line that is wrong', async () => {
  const place = await world();
  const action = await cli(place, 'proc', 'lsit');
  expect(action).toMatchObject({ code: 2, stdout: '' });
  expect(action.stderr).toMatch(/^invalid_argument: action="lsit" is unknown for proc\..*Did you mean list\?\n$/);
  const parameter = await cli(place, 'proc', 'list', '--globl', '--json');
  expect(parameter).toMatchObject({ code: 2, stderr: '' });
  expect(JSON.parse(parameter.stdout)).toMatchObject({ error: 'invalid_argument', parameter: 'globl' });
  expect(existsSync(place.home)).toBe(false);
  const refused = await cli(place, 'proc', 'output', 'process_id=a', '--grep', '(', '--json');
  expect(JSON.parse(refused.stdout)).toMatchObject({ error: 'not_found' });
  expect(refused.code).toBe(1);
  await cli(place, 'daemon', 'stop');
});

test('the daemon by hand: asking and stopping start none, starting and stopping twice is no error, run in the foreground', async () => {
  const place = await world();
  const told = async (...words: string[]) => JSON.parse((await cli(place, 'daemon', ...words, '--json')).stdout);
  expect((await cli(place, 'daemon', 'status')).code).toBe(1);
  expect(await told('stop')).toMatchObject({ running: false, message: expect.stringMatching(/^no daemon runs/) });
  expect(await told('info')).toMatchObject({ error: 'not_running' });
  expect(existsSync(place.home)).toBe(false);
  const first = await told('start');
  expect(first).toMatchObject({ running: true, message: 'the daemon was started' });
  expect(await told('start')).toMatchObject({ pid: first.pid, message: 'the daemon runs already' });
  const again = await told('restart');
  expect(isAlive(first.pid)).toBe(false);
  expect(again.pid).not.toBe(first.pid);
  const second = await cli(place, 'daemon', 'run');
  expect(second).toMatchObject({ code: 1, stdout: '' });
  expect(second.stderr).toContain(`a daemon runs already as pid ${again.pid}`);
  expect(await told('stop')).toMatchObject({ running: false, pid: again.pid });
  expect(isAlive(again.pid)).toBe(false);
  const running = start(place, 'daemon', 'run');
  await until('it says where it listens', () => running.stderr().includes('the daemon listens on'));
  expect(await told('status')).toMatchObject({ running: true, pid: running.child.pid });
  running.child.kill('SIGINT');
  expect(await running.code).toBe(0);
});

test('started by hand in a terminal it says how a client is configured', async () => {
  const place = await world();
  const env = { ...ownEnvironment(), DEVTOOL_MCP_HOME: place.home };
  const terminal = openTerminal([BIN], place.project, env);
  await until('the hint is there', () => terminal.written().includes('devtool-mcp help'));
  expect(terminal.written()).toContain(`{"mcpServers": {"devtool-mcp": {"command": "node", "args": ["${BIN}"]}}}`);
  terminal.pty.kill('SIGTERM');
  await terminal.ended;
});
