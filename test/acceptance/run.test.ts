/** `run` and the ends of processes, through MCP stdio on the built program. */
import { writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sharedSession, sharedWorld, until, world } from './harness.ts';

/** Every field of a process, whatever its state. */
const FIELDS = [
  'process_id',
  'path',
  'command',
  'state',
  'pid',
  'pgid',
  'exit_code',
  'signal',
  'ended_by',
  'started_at',
  'ended_at',
  'runtime_ms',
  'ready',
  'urls',
  'ports',
  'restarts',
  'owner',
  'output',
];

const node = (code: string) => ({ command: process.execPath, args: ['-e', code] });
const SERVER = `const s=require('http').createServer((q,r)=>r.end('ok'));s.listen(0,'127.0.0.1',()=>console.log('Local: http://localhost:'+s.address().port+'/'))`;

/** For those who name their own processes. */
const shared = sharedSession();

describe('how a run ends', () => {
  test.each([
    ['exit 0', { command: 'true' }, { state: 'stopped', exit_code: 0, signal: null, ended_by: 'exit' }],
    [
      'exit 42',
      { command: 'sh', args: ['-c', 'exit 42'] },
      { state: 'failed', exit_code: 42, signal: null, ended_by: 'exit' },
    ],
    [
      'SIGSEGV',
      { command: 'sh', args: ['-c', 'kill -SEGV $$'] },
      { state: 'failed', exit_code: null, signal: 'SIGSEGV', ended_by: 'signal' },
    ],
    [
      'SIGABRT, by its own name',
      { command: 'sh', args: ['-c', 'kill -ABRT $$'] },
      { state: 'failed', exit_code: null, signal: 'SIGABRT', ended_by: 'signal' },
    ],
    [
      'timeout',
      { command: 'sleep', args: ['60'], timeout_ms: 200 },
      { state: 'failed', exit_code: null, signal: 'SIGTERM', ended_by: 'timeout' },
    ],
  ])('%s', async (_name, command, expected) => {
    const session = shared();
    const { data } = await session.ok('run', { ...command, id: 'x', mode: 'foreground' });
    expect(data).toMatchObject(expected);
    for (const field of FIELDS) expect(data, field).toHaveProperty(field);
  });

  test('echo: its words exactly, nothing on stderr', async () => {
    const session = shared();
    const { data } = await session.ok('run', { command: 'echo', args: ['hello world'], mode: 'foreground-raw' });
    expect(data).toMatchObject({
      process_id: 'echo',
      state: 'stopped',
      stdout: 'hello world\n',
      stderr: '',
      exit_code: 0,
    });
  });

  test('stopped, and force-stopped', async () => {
    const session = shared();
    for (const [force, signal, ended_by] of [
      [false, 'SIGTERM', 'stop'],
      [true, 'SIGKILL', 'forced_stop'],
    ] as const) {
      await session.ok('run', { command: 'sleep', args: ['60'], id: 's' });
      const { data } = await session.ok('proc', { action: 'stop', process_id: 's', force });
      expect(data).toMatchObject({ state: 'stopped', exit_code: null, signal, ended_by });
    }
  });

  test('a SIGTERM handler runs, and its last words are in the output', async () => {
    const session = shared();
    const code = `process.on('SIGTERM',()=>{console.log('last words');process.exit(0)});setInterval(()=>{},1e3);console.log('up')`;
    await session.ok('run', { ...node(code), id: 'g', wait_for: { text: 'up' } });
    const { data } = await session.ok('proc', { action: 'stop', process_id: 'g' });
    expect(data).toMatchObject({ state: 'stopped', exit_code: 0, signal: null, ended_by: 'stop' });
    const { text } = await session.ok('proc', { action: 'output', process_id: 'g', tail: 1 });
    expect(text.split('\n')[0]).toBe('last words');
  });
});

describe('what cannot start', () => {
  test('no such command, no permission, no directory: the id stays free', async () => {
    const place = await world();
    const session = await place.connect();
    const script = await place.write('not-executable.sh', '#!/bin/sh\n');
    await chmod(script, 0o644);
    for (const [command, reason] of [
      ['no-such-command-anywhere', 'ENOENT'],
      [script, 'EACCES'],
    ]) {
      const { data, isError, text } = await session.call('run', { command, id: 'x' });
      expect(isError).toBe(true);
      expect(text).toMatch(/^start_failed: /);
      expect(data).toMatchObject({ error: 'start_failed', reason });
    }
    const missing = await session.call('run', { command: 'true', path: `${place.project}/missing` });
    expect(missing.data).toMatchObject({ error: 'not_found' });
    const { data } = await session.ok('run', { command: 'true', id: 'x', mode: 'foreground' });
    expect(data).toMatchObject({ state: 'stopped', exit_code: 0 });
  });
});

describe('why a command cannot start is said in words', () => {
  const fresh = sharedWorld();
  test.each([
    [
      'a line',
      'npm run dev',
      /^start_failed: npm run dev: there is no such command .* shell: true for a line; the id is free\.$/,
    ],
    [
      'a file of the directory',
      'here.sh',
      /^start_failed: here\.sh: PATH has no such command; \.\/here\.sh is here \(ENOENT\)/,
    ],
    ['a directory', './sub', /^start_failed: \.\/sub: it is no file \(EACCES\)/],
    [
      'its interpreter',
      './crlf.sh',
      /^start_failed: \.\/crlf\.sh: its first line names "\/bin\/sh\\r", which does not exist \(ENOENT\)/,
    ],
  ])('%s', async (_name, command, text) => {
    const { place, session } = fresh();
    for (const name of ['here.sh', 'crlf.sh']) await chmod(await place.write(name, '#!/bin/sh\r\n'), 0o755);
    await place.write('sub/x', '');
    for (const tty of [false, true]) {
      const refused = await session.call('run', { command, tty });
      expect(refused.text).toMatch(text);
    }
  });
});

describe('a file that the system does not execute', () => {
  const fresh = sharedWorld();
  /** The head of an ELF file, as far as the system looks at it: of another processor than this one. */
  const elf = () => {
    const head = Buffer.alloc(4_096);
    head.write('\x7fELF\x02\x01\x01', 'latin1');
    head.writeUInt16LE(2, 16);
    head.writeUInt16LE(process.arch === 'arm64' ? 62 : 183, 18);
    return head;
  };

  test('a program for another processor is start_failed, and leaves nothing', async () => {
    const { place, session } = fresh();
    writeFileSync(join(place.project, 'foreign'), elf(), { mode: 0o755 });
    for (const command of ['./foreign', join(place.project, 'foreign')]) {
      const { text, data } = await session.call('run', { command, id: 'f' });
      const words = /it is a program for (?:arm64|x64), which this system \(\w+\) does not take \(ENOEXEC\)/;
      expect(text).toMatch(new RegExp(`^start_failed: ${command}: ${words.source}`));
      expect(data).toMatchObject({ error: 'start_failed', reason: 'ENOEXEC' });
    }
    expect((await session.call('proc', { action: 'status', process_id: 'f' })).data).toMatchObject({
      error: 'not_found',
    });
  });

  test('a script without a first line for its interpreter runs as in a shell', async () => {
    const { place, session } = fresh();
    writeFileSync(join(place.project, 'plain'), 'echo "one $1"; exit 126\n', { mode: 0o755 });
    const { data } = await session.ok('run', { command: './plain', args: ['two'], mode: 'foreground' });
    expect(data).toMatchObject({ exit_code: 126, ended_by: 'exit', lines: { first: ['one two'] } });
  });
});

describe('what no system takes', () => {
  const fresh = sharedSession();

  test('a command of any length is named in few words, with the reason', async () => {
    const { text, data } = await fresh().call('run', { command: 'x'.repeat(300_000) });
    expect(text).toMatch(/^start_failed: x+ … x+: spawn ENAMETOOLONG .*the id is free\.$/);
    expect(text.length).toBeLessThan(5_000);
    expect(JSON.stringify(data).length).toBeLessThan(101_000);
  });

  test.each([
    ['a name of the environment', { env: { 'A=B': '1' } }, 'env'],
    ['an empty name', { env: { '': '1' } }, 'env'],
    ['a NUL in a value', { env: { A: 'a\0b' } }, 'env.A'],
    ['a NUL in an argument', { args: ['a\0b'] }, 'args.0'],
    ['a pattern', { wait_for: { regex: '[' } }, undefined],
  ])('%s is refused, and nothing is started', async (_name, parameters, parameter) => {
    const session = fresh();
    const refused = await session.call('run', { command: 'sleep', args: ['60'], ...parameters });
    expect(refused.data, refused.text).toMatchObject({ error: 'invalid_argument' });
    expect(refused.data['parameter']).toBe(parameter);
    const { data } = await session.ok('proc', { action: 'list' });
    expect(data).toMatchObject({ processes: [], total_started: 0 });
  });
});

test('a second stop that is less patient shortens the one under way; a more patient one does not lengthen it', async () => {
  const session = await (await world()).connect();
  const deaf = `process.on('SIGTERM',()=>console.log('asked'));setInterval(()=>{},1e6);console.log('deaf')`;
  for (const id of ['a', 'b'])
    await session.ok('run', { command: process.execPath, args: ['-e', deaf], id, wait_for: { text: 'deaf' } });
  const stop = (process_id: string, grace_ms: number) => session.ok('proc', { action: 'stop', process_id, grace_ms });
  const asked = (process_id: string) => session.ok('proc', { action: 'wait', process_id, for: { text: 'asked' } });
  const ends = { state: 'stopped', ended_by: 'forced_stop', signal: 'SIGKILL' };
  for (const [id, first, second] of [
    ['a', 600_000, 50],
    ['b', 500, 600_000],
  ] as const) {
    const patient = stop(id, first);
    await asked(id);
    for (const { data } of await Promise.all([patient, stop(id, second)])) expect(data).toMatchObject(ends);
  }
});

describe('ids', () => {
  test('a live id with the same command is reused, with another refused, a finished one replaced', async () => {
    const session = shared();
    const first = await session.ok('run', { command: 'sleep', args: ['60'], id: 'a' });
    const again = await session.ok('run', { command: 'sleep', args: ['60'], id: 'a' });
    expect(again.data).toMatchObject({ reused: true, pid: first.data['pid'] });
    const other = await session.call('run', { command: 'sleep', args: ['61'], id: 'a' });
    expect(other.data).toMatchObject({ error: 'already_exists', process_id: 'a' });
    await session.ok('proc', { action: 'stop', process_id: 'a' });
    const replaced = await session.ok('run', { command: 'sleep', args: ['61'], id: 'a' });
    expect(replaced.data).toMatchObject({ reused: false, state: 'running', restarts: 0 });
  });

  test('the same id in two directories is two processes; near and ambiguous names are said', async () => {
    const place = await world();
    await place.write('one/x', '');
    await place.write('two/x', '');
    const session = await place.connect();
    for (const path of ['one', 'two']) await session.ok('run', { command: 'sleep', args: ['60'], id: 'dev', path });
    const listed = await session.ok('proc', { action: 'list', path: 'one' });
    expect(listed.data['processes']).toHaveLength(1);
    expect(listed.data['active_count']).toBe(1);
    expect((await session.ok('proc', { action: 'list', global: true })).data['active_count']).toBe(2);
    const ambiguous = await session.call('proc', { action: 'status', process_id: 'dev' });
    expect(ambiguous.data).toMatchObject({ error: 'ambiguous' });
    const near = await session.call('proc', { action: 'status', process_id: 'dve', path: 'one' });
    expect(near.data).toMatchObject({ error: 'not_found', near: ['dev'] });
    await session.ok('proc', { action: 'stop', process_id: 'dev', path: 'one' });
    await session.ok('proc', { action: 'remove', process_id: 'dev', path: 'one' });
    const rest = await session.ok('proc', { action: 'list', global: true });
    expect(rest.data['processes']).toMatchObject([{ path: `${place.project}/two`, state: 'running' }]);
    expect(rest.data['active_count']).toBe(1);
  });

  test('an id of a directory above is found from below', async () => {
    const place = await world();
    await place.write('deep/er/x', '');
    const session = await place.connect();
    await session.ok('run', { command: 'sleep', args: ['60'], id: 'up' });
    const { data } = await session.ok('proc', { action: 'status', process_id: 'up', path: 'deep/er' });
    expect(data).toMatchObject({ process_id: 'up', path: place.project });
  });

  test('restart keeps id, command and environment under a new pid', async () => {
    const session = shared();
    const code = `console.log('mood', process.env.MOOD);setInterval(()=>{},1e3)`;
    const first = await session.ok('run', {
      ...node(code),
      id: 'r',
      env: { MOOD: 'fine' },
      wait_for: { text: 'mood fine' },
    });
    const again = await session.ok('proc', { action: 'restart', process_id: 'r' });
    expect(again.data).toMatchObject({
      process_id: 'r',
      state: 'running',
      restarts: 1,
      command: first.data['command'],
    });
    expect(again.data['pid']).not.toBe(first.data['pid']);
    await session.ok('proc', { action: 'wait', process_id: 'r', for: { text: 'mood fine' } });
  });
});

describe('waiting', () => {
  test('a server is ready with its URL and port', async () => {
    const session = shared();
    const { data } = await session.ok('run', { ...node(SERVER), id: 'web', wait_for: 'ready' });
    expect(data).toMatchObject({ state: 'running', ready: true, waited: { for: 'ready', ok: true } });
    const [url] = data['urls'] as string[];
    const [port] = data['ports'] as number[];
    expect(url).toBe(`http://localhost:${port}/`);
    expect((data['lines'] as { first: string[] }).first[0]).toBe(`Local: ${url}`);
    const http = await session.ok('proc', { action: 'wait', process_id: 'web', for: { http: url } });
    expect(http.data['waited']).toMatchObject({ for: 'http', ok: true });
    const listens = await session.ok('proc', { action: 'wait', process_id: 'web', for: { port } });
    expect(listens.data['waited']).toMatchObject({ for: 'port', ok: true, match: String(port) });
  });

  test('a pattern that is none is an error at once, also where nothing is written', async () => {
    const session = shared();
    await session.ok('run', { command: 'sleep', args: ['60'], id: 'silent' });
    const refused = await session.call('proc', { action: 'wait', process_id: 'silent', for: { regex: '(' } });
    expect(refused.data, refused.text).toMatchObject({ error: 'invalid_argument', pattern: '(' });
  });

  test('a wait that times out leaves the process running: no error of run, an error of proc wait', async () => {
    const session = shared();
    const { data } = await session.ok('run', {
      command: 'sleep',
      args: ['60'],
      id: 's',
      wait_for: { text: 'never' },
      wait_timeout_ms: 100,
    });
    expect(data).toMatchObject({ state: 'running', waited: { for: 'text', ok: false, reason: 'timeout' } });
    const waited = await session.call('proc', { action: 'wait', process_id: 's', for: 'exit', timeout_ms: 50 });
    expect(waited.isError).toBe(true);
    expect(waited.data).toMatchObject({ error: 'timeout', state: 'running' });
    await session.ok('run', { command: 'false', id: 'over', mode: 'foreground' });
    const over = await session.call('proc', { action: 'wait', process_id: 'over', for: { text: 'x' } });
    expect(over.text).toContain('it has ended before that with exit code 1. Look at proc output; run starts it again.');
  });

  test('a wait for an address that times out says what it has seen last', async () => {
    const session = shared();
    const code = SERVER.replace(/\.end\([^)]*\)/, '.writeHead(503).end()');
    const { data } = await session.ok('run', { ...node(code), id: 'ill', wait_for: 'ready' });
    const [url] = data['urls'] as string[];
    const wait = { action: 'wait', process_id: 'ill', timeout_ms: 300 };
    const ill = await session.call('proc', { ...wait, for: { http: url } });
    expect(ill.text).toContain('not within timeout_ms=300; last seen: status 503.');
    expect(ill.data['waited']).toMatchObject({ for: 'http', ok: false, reason: 'timeout', seen: 'status 503' });
    const nobody = await session.call('proc', { ...wait, for: { http: 'http://127.0.0.1:1/' } });
    expect(nobody.text).toContain('last seen: refused: nobody listens there.');
  });

  test('a debugger makes no server ready, nor does the address of another one that is named', async () => {
    const session = shared();
    const code = `process.stdin.once('data',()=>{${SERVER.replace("console.log('Local: ", "console.log('up: ")}});console.log('[HPM] Proxy created: /api  -> http://localhost:9/')`;
    const args = ['--inspect=0', '-e', code];
    await session.ok('run', { command: process.execPath, args, id: 'bug', wait_for: { text: '[HPM]' } });
    const status = async () => (await session.ok('proc', { action: 'status', process_id: 'bug' })).data;
    await until('the debugger listens', async () => ((await status())['ports'] as number[]).length === 1);
    const before = await status();
    expect(before).toMatchObject({ ready: false, urls: [] });
    const [debuggerPort] = before['ports'] as number[];
    await session.ok('proc', { action: 'input', process_id: 'bug', data: 'go\n' });
    const { data } = await session.ok('proc', { action: 'wait', process_id: 'bug', for: 'ready' });
    const [url = ''] = data['urls'] as string[];
    expect(data).toMatchObject({ ready: true, ports: [Number(new URL(url).port), debuggerPort] });
    await session.ok('proc', { action: 'wait', process_id: 'bug', for: { port: debuggerPort } });
  });

  test('wait_timeout_ms bounds the foreground too, when it is given', async () => {
    const session = shared();
    const run = { command: 'sleep', args: ['60'], id: 'fg', mode: 'foreground', wait_timeout_ms: 100 };
    const { data } = await session.ok('run', run);
    expect(data).toMatchObject({ state: 'running', waited: { for: 'exit', ok: false, reason: 'timeout' } });
  });

  test('a busy port is named with its holder', async () => {
    const session = shared();
    const first = await session.ok('run', { ...node(SERVER), id: 'holder', wait_for: 'ready' });
    const [port] = first.data['ports'] as number[];
    const code = `require('http').createServer().listen(${port},'127.0.0.1')`;
    const { data } = await session.ok('run', { ...node(code), id: 'second', wait_for: 'ready' });
    expect(data).toMatchObject({
      state: 'failed',
      waited: { ok: false, reason: 'ended' },
      port_in_use: { port, holders: [{ pid: first.data['pid'] }] },
    });
    const cleaned = await session.ok('proc', { action: 'cleanup_port', port });
    expect(cleaned.data['killed']).toMatchObject([{ pid: first.data['pid'] }]);
    await until('the first server ended', async () => {
      const { data: now } = await session.ok('proc', { action: 'status', process_id: 'holder' });
      return now['state'] !== 'running';
    });
  });
});

describe('restart policy', () => {
  test('a failing process is started again, and stopping it while it waits is final', async () => {
    const session = shared();
    await session.ok('run', {
      command: 'sh',
      args: ['-c', 'echo run; exit 3'],
      id: 'f',
      restart: 'on-failure',
      wait_for: 'none',
    });
    await until('a restart', async () => {
      const { data } = await session.ok('proc', { action: 'status', process_id: 'f' });
      return Number(data['restarts']) >= 1;
    });
    const { data } = await session.ok('proc', { action: 'list' });
    expect(data['total_failed']).toBeGreaterThanOrEqual(1);
    await until('a moment between two runs', async () => {
      const stopped = await session.call('proc', { action: 'stop', process_id: 'f' });
      return !stopped.isError;
    });
    const after = await session.ok('proc', { action: 'status', process_id: 'f' });
    expect(after.data['state']).toBe('stopped');
  });
});

test('input reaches the process, and its end too', async () => {
  const session = shared();
  await session.ok('run', { command: 'cat', id: 'cat', wait_for: 'none' });
  await session.ok('proc', { action: 'input', process_id: 'cat', data: 'to and fro\n' });
  await session.ok('proc', { action: 'wait', process_id: 'cat', for: { text: 'to and fro' } });
  await session.ok('proc', { action: 'input', process_id: 'cat', eof: true });
  const { data } = await session.ok('proc', { action: 'wait', process_id: 'cat', for: 'exit' });
  expect(data).toMatchObject({ state: 'stopped', exit_code: 0, ended_by: 'exit' });
  const refused = await session.call('proc', { action: 'input', process_id: 'cat', data: 'x' });
  expect(refused.data).toMatchObject({ error: 'not_running' });
});

test('a program that wants a terminal gets one', async () => {
  const session = shared();
  const { data } = await session.ok('run', {
    command: 'sh',
    args: ['-c', 'test -t 1 && echo terminal; exit 3'],
    id: 't',
    tty: true,
    mode: 'foreground-raw',
  });
  expect(data).toMatchObject({ state: 'failed', exit_code: 3, ended_by: 'exit' });
  expect(data['stdout']).toContain('terminal');
  const missing = await session.call('run', { command: 'no-such-command-anywhere', id: 'm', tty: true });
  expect(missing.data).toMatchObject({ error: 'start_failed', reason: 'ENOENT' });
  await session.ok('run', { command: 'cat', id: 'c', tty: true, wait_for: 'none' });
  await session.ok('proc', { action: 'input', process_id: 'c', data: 'echoed\n' });
  await session.ok('proc', { action: 'wait', process_id: 'c', for: { text: 'echoed' } });
  const stopped = await session.ok('proc', { action: 'stop', process_id: 'c' });
  expect(stopped.data).toMatchObject({ state: 'stopped', ended_by: 'stop' });
});

test('what is asked for right behind a stop of the daemon is not started by the one that ends', async () => {
  const place = await world();
  const session = await place.connect();
  const before = await session.ok('daemon', { action: 'info' });
  const [stopped, late] = await Promise.all([
    session.ok('daemon', { action: 'stop' }),
    session.ok('run', { command: 'sleep', args: ['60'], id: 'late', wait_for: 'none' }),
  ]);
  const { data } = await session.ok('daemon', { action: 'info' });
  expect([stopped.data['pid'], data['pid'] === before.data['pid']]).toEqual([before.data['pid'], false]);
  const again = await session.ok('run', { command: 'sleep', args: ['60'], id: 'late', wait_for: 'none' });
  expect(again.data).toMatchObject({ reused: true, pid: late.data['pid'] });
});
