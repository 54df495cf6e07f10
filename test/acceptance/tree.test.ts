/** Stop means stop: trees of every shape, through MCP stdio on the built program. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isAlive, PROGRAMS, ROOT, type Session, sharedSession, until, world } from './harness.ts';

const connect = async (): Promise<Session> => (await world()).connect();
const program = (name: string, ...args: string[]) => ({
  command: process.execPath,
  args: [join(PROGRAMS, name), ...args],
});

async function pidsOf(session: Session, id: string): Promise<number[]> {
  const { text } = await session.ok('proc', { action: 'output', process_id: id, grep: '^ready' });
  return (text.split('\n')[0] ?? '').split(' ').slice(1).map(Number);
}

describe('proc stop leaves nobody of the tree', () => {
  const shared = sharedSession();

  test.each([
    ['child'],
    ['orphan'],
    ['group'],
    ['setsid'],
    ['double-fork'],
    ['bare'],
    ['bare-double-fork'],
    ['deep*5'],
    ['stopped'],
    ['node'],
    ['npm'],
    ['zombies'],
    ['wide*20'],
  ])('%s, honouring SIGTERM and deaf to it', async (shape) => {
    const session = shared();
    for (const [env, forced] of [
      [{}, 'stop'],
      [{ IGNORE_TERM: '1' }, 'forced_stop'],
    ] as const) {
      await session.ok('run', { ...program('tree.mjs', shape), id: 't', env, wait_for: { text: 'ready' } });
      const pids = await pidsOf(session, 't');
      expect(pids.every(isAlive)).toBe(true);
      const { data } = await session.ok('proc', { action: 'stop', process_id: 't', grace_ms: 300 });
      expect(pids.filter(isAlive)).toEqual([]);
      expect(data).toMatchObject({ state: 'stopped', ended_by: forced });
    }
  });

  test('a script that npm runs: the whole chain, and its last words', async () => {
    const place = await world();
    await place.write(
      'package.json',
      JSON.stringify({ name: 'x', scripts: { dev: `node ${join(PROGRAMS, 'graceful.mjs')}` } }),
    );
    const session = await place.connect();
    await session.ok('run', { script_name: 'dev', wait_for: { text: 'ready' } });
    const { data } = await session.ok('proc', { action: 'stop', process_id: 'dev' });
    expect(data).toMatchObject({ state: 'stopped', ended_by: 'stop' });
    const { text } = await session.ok('proc', { action: 'output', process_id: 'dev', grep: 'terms' });
    expect(text).toMatch(/^terms \d/);
  });
});

describe('a grandchild that outlives its leader', () => {
  test('holds no entry open, is reported, its output is kept, and stop ends it', async () => {
    const session = await connect();
    const { data } = await session.ok('run', {
      command: 'sh',
      args: [join(PROGRAMS, 'holds-pipe.sh')],
      id: 'h',
      mode: 'foreground',
    });
    expect(data).toMatchObject({ state: 'stopped', exit_code: 0, ended_by: 'exit' });
    const survivors = data['survivors'] as { pid: number }[];
    expect(survivors.length).toBeGreaterThanOrEqual(1);
    const pids = survivors.map(({ pid }) => pid);
    await session.ok('proc', { action: 'stop', process_id: 'h' });
    expect(pids.filter(isAlive)).toEqual([]);
    const after = await session.ok('proc', { action: 'status', process_id: 'h' });
    expect(after.data).toMatchObject({ survivors: [], state: 'stopped' });
    const again = await session.call('proc', { action: 'stop', process_id: 'h' });
    expect(again.data).toMatchObject({ error: 'not_running' });
  });
});

test('the example shop: ready with URL and port, reused, read on, stopped whole', async () => {
  const place = await world();
  const session = await place.connect({ cwd: join(ROOT, 'examples/shop') });
  // Any free port: other copies of the shop may run, and take its own when it ends.
  const dev = { script_name: 'dev', args: ['--port', '0'] };
  const first = await session.ok('run', dev);
  const [url = ''] = first.data['urls'] as string[];
  expect(url).toMatch(/^http:\/\/localhost:\d+\/$/);
  expect(first.data['ports']).toEqual([Number(new URL(url).port)]);
  const { first: lines } = first.data['lines'] as { first: string[] };
  expect(lines.join('\n')).toContain('VITE');
  expect((await fetch(url)).status).toBe(200);
  const second = await session.ok('run', dev);
  expect(second.data).toMatchObject({ reused: true, pid: first.data['pid'] });
  const shown = await session.ok('proc', { action: 'output', process_id: 'dev' });
  const fresh = await session.ok('proc', { action: 'output', process_id: 'dev', after: shown.meta['cursor'] });
  expect(fresh.text).toMatch(/^\[0 of 0 lines/);
  const group = Number(first.data['pgid']);
  await session.ok('proc', { action: 'stop', process_id: 'dev' });
  expect(isAlive(group)).toBe(false);
  await expect(fetch(url)).rejects.toThrow();
});

test('what a killed daemon ran is gone with it, and the next one tells', async () => {
  const place = await world();
  const session = await place.connect();
  await session.ok('run', {
    ...program('tree.mjs', 'child', 'setsid', 'double-fork', 'bare'),
    id: 't',
    env: { IGNORE_TERM: '1' },
    wait_for: { text: 'ready' },
  });
  const pids = await pidsOf(session, 't');
  const info = await session.ok('daemon', { action: 'info' });
  const statePath = join(place.home, 'state/state.json');
  await until('the state file names it', () => readFileSync(statePath, 'utf8').includes('"t"'));
  process.kill(Number(info.data['pid']), 'SIGKILL');
  await until('the tree is gone', () => !pids.some(isAlive)).catch(() => {});
  expect(pids.filter(isAlive), pids.join(' ')).toEqual([]);
  const { data } = await session.ok('daemon', { action: 'info' });
  expect(data['pid']).not.toBe(info.data['pid']);
  expect(data['recovered']).toMatchObject([{ process_id: 't', path: place.project, alive: false }]);
});

test('an orderly end of the daemon ends what outlived its leader, too', async () => {
  const session = await connect();
  const run = { command: 'sh', args: [join(PROGRAMS, 'holds-pipe.sh')], id: 'h', mode: 'foreground' };
  const { data } = await session.ok('run', run);
  const pids = (data['survivors'] as { pid: number }[]).map(({ pid }) => pid);
  expect(pids.some(isAlive)).toBe(true);
  await session.ok('daemon', { action: 'stop' });
  await until('the survivors gone', () => !pids.some(isAlive));
});
