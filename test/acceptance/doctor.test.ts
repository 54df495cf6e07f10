/** `doctor` on the built program, with one hop broken at a time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { startTimeOf } from '../../src/home/process-start.ts';
import { cli } from './command-line.ts';
import { until, type World, world } from './harness.ts';

interface Found {
  readonly code: number | null;
  /** Verdict and what was found, by hop. */
  readonly hops: Readonly<Record<string, string>>;
  readonly mends: readonly string[];
}

async function doctor(place: World): Promise<Found> {
  const { code, stdout } = await cli(place, 'doctor', '--json');
  const { checks }: { checks: Record<'hop' | 'verdict' | 'found' | 'mend', string>[] } = JSON.parse(stdout);
  return {
    code,
    hops: Object.fromEntries(checks.map(({ hop, verdict, found }) => [hop, `${verdict}: ${found}`])),
    mends: checks.flatMap(({ mend }) => mend ?? []),
  };
}

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

const SERVER = `require('http').createServer((_, r) => r.end()).listen(0, function () { console.log('http://localhost:' + this.address().port) })`;

test('with everything whole, each hop is ok; without a daemon too, and none is started', async () => {
  const place = await world();
  const before = await doctor(place);
  expect(before).toMatchObject({ code: 0, mends: [] });
  expect(before.hops['daemon']).toBe('ok: none runs: the next command starts one');
  expect(before.hops['runtime directory']).toMatch(/^ok: .* is not there yet/);

  const session = await place.connect();
  await session.ok('run', { command: 'node', args: ['-e', SERVER], id: 'web', wait_for: 'ready' });
  await session.ok('proxy', { action: 'start', process_id: 'web' });
  const after = await doctor(place);
  expect(after.code).toBe(0);
  const { ...hops } = after.hops;
  expect(Object.values(hops).filter((verdict) => !verdict.startsWith('ok'))).toEqual([]);
  expect(hops['process web']).toMatch(/^ok: running, pid \d+, port \d+$/);
  expect(hops['process worker']).toMatch(/^ok: answers in \d+ ms$/);
  expect(hops['proxy web']).toMatch(/^ok: http:\/\/localhost:\d+\/ → http:\/\/localhost:\d+$/);
  expect(hops['pages web']).toMatch(/^ok: none is open/);

  await session.ok('proc', { action: 'stop', process_id: 'web' });
  const targetGone = await doctor(place);
  expect(targetGone.code).toBe(1);
  expect(targetGone.hops['proxy web']).toMatch(/^broken: .* its target http:\/\/localhost:\d+ cannot be reached$/);

  // Of another project it is told, and is no fault of the one that is asked about.
  const fromThere = await doctor({ ...place, project: place.home });
  expect(fromThere.code).toBe(0);
  expect(fromThere.hops['proxy web']).toBe(
    `${targetGone.hops['proxy web']?.replace('broken', 'warning')}, in ${place.project}`,
  );
});

test('a server on another address than localhost is whole, and said to be out of reach', async () => {
  const place = await world();
  const session = await place.connect();
  await session.ok('run', {
    command: 'node',
    args: ['-e', SERVER.replace('listen(0,', `listen(0, '127.0.0.2',`)],
    id: 'far',
    wait_for: 'ready',
  });
  const { code, hops } = await doctor(place);
  expect([code, hops['process far']]).toEqual([
    0,
    expect.stringMatching(/^warning: pid \d+ listens on port \d+, but not on localhost$/),
  ]);
});

test('a daemon that is stopped, and one without its socket', async () => {
  const place = await world();
  const session = await place.connect();
  const { pid, socket_path } = (await session.ok('daemon', { action: 'status' })).data;
  process.kill(Number(pid), 'SIGSTOP');
  try {
    const [stopped, status] = await Promise.all([doctor(place), cli(place, 'daemon', 'status')]);
    expect(stopped.code).toBe(1);
    expect(stopped.hops['daemon']).toBe(`broken: pid ${pid} does not answer: it is stopped`);
    expect(stopped.mends[0]).toContain(`kill -CONT ${pid}`);
    expect(status.code).toBe(1);
    expect(status.stderr).toContain(`the daemon, pid=${pid}, does not answer`);
    rmSync(String(socket_path));
    expect((await doctor(place)).hops['socket']).toBe(`broken: ${socket_path} is gone`);
  } finally {
    process.kill(Number(pid), 'SIGCONT');
  }
  await until('its socket is back', () => existsSync(String(socket_path)));
  expect((await doctor(place)).code).toBe(0);
});

test('a directory that others may enter or that is none, and a process that outlived its daemon', async () => {
  const place = await world();
  const runs = join(place.home, 'run');
  const state = join(place.home, 'state');
  await mkdir(runs, { recursive: true });
  await mkdir(state, { recursive: true, mode: 0o700 });
  chmodSync(runs, 0o755);
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  children.push(child);
  const start_time = startTimeOf(child.pid ?? 0);
  const left = { process_id: 'old', path: '/p', command: 'node x', pid: child.pid, start_time };
  writeFileSync(join(state, 'state.json'), JSON.stringify({ version: 1, running: [left] }));
  const open = await doctor(place);
  expect(open.code).toBe(0);
  expect(open.hops['runtime directory']).toBe(`warning: ${runs} has mode 0755: others may enter`);
  expect(open.hops['leftovers']).toBe(`warning: old of /p, pid ${child.pid}, outlived its daemon: node x`);
  rmSync(runs, { recursive: true });
  writeFileSync(runs, '');
  const none = await doctor(place);
  expect(none.code).toBe(1);
  expect(none.hops['runtime directory']).toBe(`broken: ${runs} is no directory`);
});
