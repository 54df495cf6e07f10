import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { until, world } from './harness.ts';

test('a cursor stays good when a process is restarted', async () => {
  const { connect } = await world();
  const session = await connect();
  await session.ok('run', {
    command: 'sh',
    args: ['-c', 'echo first; exec sleep 600'],
    id: 'r',
    wait_for: { text: 'first' },
  });
  const { meta } = await session.ok('proc', { action: 'output', process_id: 'r' });
  await session.ok('proc', { action: 'restart', process_id: 'r', grace_ms: 200 });
  await session.ok('proc', { action: 'wait', process_id: 'r', for: { text: 'first' } });
  const news = await session.ok('proc', { action: 'output', process_id: 'r', after: meta['cursor'] });
  expect(news.text).toMatch(/^first\n\[1 of /);
});

test('remove and restart of one process at the same time leave it running and known, or not at all', async () => {
  const { connect } = await world();
  const [one, other] = [await connect(), await connect()];
  const outcomes = new Set<string>();
  for (let n = 0; n < 12; n++) {
    await one.ok('run', {
      command: 'sh',
      args: ['-c', '[ ! -e x ] || exec sleep 600; touch x'],
      id: 'r',
      mode: 'foreground',
    });
    const [removed, restarted] = await Promise.all([
      one.call('proc', { action: 'remove', process_id: 'r' }),
      other.call('proc', { action: 'restart', process_id: 'r' }),
    ]);
    outcomes.add(`${removed.isError} ${restarted.isError}`);
    const { data } = await one.ok('proc', { action: 'list' });
    expect(data['active_count']).toBe((data['processes'] as unknown[]).length);
    if (restarted.isError) expect(data['active_count']).toBe(0);
    else await one.ok('proc', { action: 'stop', process_id: 'r', force: true });
    await one.ok('run', { command: 'rm', args: ['x'], id: 'r', mode: 'foreground' });
  }
  // One of both has its way.
  for (const outcome of outcomes) expect(['true false', 'false true']).toContain(outcome);
});

test('what is being stopped is no live one: run waits for its end and starts it anew', async () => {
  const place = await world();
  const session = await place.connect();
  const code = `process.on('SIGTERM',()=>console.log('asked'));process.stdin.once('data',()=>process.exit(0));setInterval(()=>{},1e6);console.log('runs')`;
  const request = { command: process.execPath, args: ['-e', code], id: 'slow', wait_for: { text: 'runs' } };
  const { data: first } = await session.ok('run', request);
  const stop = session.call('proc', { action: 'stop', process_id: 'slow', grace_ms: 60_000 });
  await session.ok('proc', { action: 'wait', process_id: 'slow', for: { text: 'asked' } });
  const again = session.ok('run', request);
  // Told to end only when the second run has come in.
  await session.ok('proc', { action: 'status', process_id: 'slow' });
  await session.ok('proc', { action: 'input', process_id: 'slow', data: 'end\n' });
  await stop;
  const { data } = await again;
  expect(data).toMatchObject({ process_id: 'slow', reused: false, state: 'running' });
  expect(data['pid']).not.toBe(first['pid']);
  await session.ok('proc', { action: 'stop', process_id: 'slow', force: true });
});

test('a stop that is forced while another waits for the grace period was a forced one', async () => {
  const place = await world();
  const session = await place.connect();
  // Without pipes that would hold up its end until both have looked.
  const code = `const{closeSync,writeSync}=require('fs');process.on('SIGTERM',()=>{writeSync(1,'asked\\n');closeSync(1);closeSync(2)});setInterval(()=>{},1e6);console.log('runs')`;
  const args = ['-e', code];
  await session.ok('run', { command: process.execPath, args, id: 'deaf', wait_for: { text: 'runs' } });
  const stop = session.ok('proc', { action: 'stop', process_id: 'deaf', grace_ms: 60_000 });
  await session.ok('proc', { action: 'wait', process_id: 'deaf', for: { text: 'asked' } });
  const forced = await session.ok('proc', { action: 'stop', process_id: 'deaf', force: true });
  for (const { data } of [forced, await stop])
    expect(data).toMatchObject({ state: 'stopped', signal: 'SIGKILL', ended_by: 'forced_stop' });
});

test('the answer to a run that has ended has its last facts, however many end at once', async () => {
  const place = await world();
  const session = await place.connect();
  // Shared memory tells the end, a message the rest: it is behind those of all others.
  const line = 'setsid sleep 600 & echo http://localhost:1/ $!; sleep 0.05';
  for (let round = 0; round < 8; round++) {
    const runs = Array.from({ length: 10 }, (_, n) =>
      session.ok('run', { command: line, shell: true, id: `r${n}`, mode: 'foreground' }),
    );
    for (const { data } of await Promise.all(runs))
      expect(data).toMatchObject({ urls: ['http://localhost:1/'], survivors: [{ command: 'sleep 600' }] });
  }
});

test('the call right behind daemon restart is served by the next daemon, of whoever asks', async () => {
  const { connect } = await world();
  const [one, other] = [await connect(), await connect({ versions: { versionNegotiation: { mode: 'auto' } } })];
  // It takes a moment to end.
  const stubborn = {
    command: 'sh',
    args: ['-c', `trap 'sleep 0.3; exit' TERM; echo up; while :; do sleep 0.05; done`],
  };
  for (let round = 0; round < 3; round++) {
    const { data: before } = await other.ok('run', { ...stubborn, id: `r${round}`, wait_for: { text: 'up' } });
    const waiting = other.ok('proc', { action: 'wait', process_id: `r${round}`, for: 'exit' });
    // Answered behind it: the wait is under way.
    await other.ok('daemon', { action: 'status' });
    const { data } = await one.ok('daemon', { action: 'restart' });
    const next = one.ok('run', { command: 'true', id: 'next', mode: 'foreground' });
    // Who waits is answered by the daemon that ends.
    expect((await waiting).data).toMatchObject({ pid: before['pid'], ended_by: 'shutdown' });
    expect((await next).data).toMatchObject({ exit_code: 0 });
    expect((await other.ok('daemon', { action: 'status' })).data['pid']).not.toBe(data['pid']);
    expect((await one.ok('proc', { action: 'list' })).data['processes']).toMatchObject([{ process_id: 'next' }]);
  }
});

test('a daemon whose directories are removed goes on, and is found again', async () => {
  const place = await world();
  const session = await place.connect();
  const { data } = await session.ok('run', { command: 'sleep', args: ['60'], id: 's' });
  for (let round = 0; round < 2; round++) {
    // Away at once: of what is removed piece by piece the daemon puts back the first while the last is there.
    renameSync(place.home, `${place.home}-gone`);
    rmSync(`${place.home}-gone`, { recursive: true });
    await until('its socket is back', () => existsSync(join(place.home, 'run/daemon-1.sock')));
    const { data: found } = await (await place.connect()).ok('proc', { action: 'status', process_id: 's' });
    expect(found).toMatchObject({ pid: data['pid'], state: 'running' });
  }
  await until('what runs is written down again', () => existsSync(join(place.home, 'state/state.json')));
});
