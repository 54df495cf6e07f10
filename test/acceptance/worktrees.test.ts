/** Several checkouts on one daemon, through MCP stdio: told apart by path, ports that stay, work that nobody else's leaving ends. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isAlive, type Session, until, world } from './harness.ts';

const node = (code: string) => ({ command: process.execPath, args: ['-e', code] });
/** Says on every request in which directory it runs. */
const WEB = node(
  `require('http').createServer((q,r)=>r.end(process.cwd())).listen(+process.env.PORT,'127.0.0.1',function(){console.log('http://localhost:'+this.address().port+'/')})`,
);
const CONFIG = JSON.stringify({ scripts: { web: { ...WEB, port: 'auto' } }, proxies: { front: { process: 'web' } } });

/** Two worktrees of a repository: directories that look alike. */
async function twoWorktrees() {
  const place = await world();
  const [one, two] = await Promise.all(
    ['one', 'two'].map(async (name) => {
      const path = join(place.project, name);
      await mkdir(path);
      await writeFile(join(path, '.git'), 'gitdir: elsewhere\n');
      await writeFile(join(path, 'devtool-mcp.json'), CONFIG);
      return path;
    }),
  );
  return { place, one: one ?? '', two: two ?? '' };
}

interface Started {
  readonly port: string;
  readonly proxy: string;
  readonly pid: number;
}

async function start(session: Session): Promise<Started> {
  const { data } = await session.ok('run', { script_name: 'web' });
  const [proxy] = data['proxies'] as { url: string; error: string | null }[];
  expect(proxy?.error).toBeNull();
  return {
    port: new URL(String((data['urls'] as string[])[0])).port,
    proxy: proxy?.url ?? '',
    pid: Number(data['pid']),
  };
}

async function stopDaemon(session: Session): Promise<void> {
  const { data } = await session.ok('daemon', { action: 'info' });
  await session.ok('daemon', { action: 'stop' });
  await until('the daemon is gone', () => !isAlive(Number(data['pid'])));
}

test('two worktrees get two ports and two proxies, the same ones after the daemon’s restart in the other order', async () => {
  const { place, one, two } = await twoWorktrees();
  const [first, second] = [await place.connect({ cwd: one }), await place.connect({ cwd: two })];
  const [a, b] = [await start(first), await start(second)];
  expect(a.port).not.toBe(b.port);
  expect(a.proxy).not.toBe(b.proxy);
  expect(await (await fetch(a.proxy)).text()).toBe(one);
  expect(await (await fetch(b.proxy)).text()).toBe(two);
  const { data } = await first.ok('proc', { action: 'list', global: true });
  expect(
    (data['processes'] as { process_id: string; path: string; owner: string }[]).map((row) => [
      row.process_id,
      row.path,
    ]),
  ).toEqual([
    ['web', one],
    ['web', two],
  ]);
  await stopDaemon(first);
  const again = [await start(second), await start(first)];
  expect(again.map(({ port, proxy }) => [port, proxy])).toEqual([
    [b.port, b.proxy],
    [a.port, a.proxy],
  ]);
});

test('proxies of one target in two worktrees: each keeps its port', async () => {
  const { place, one, two } = await twoWorktrees();
  const server = createServer((_, response) => response.end('target')).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await until('it listens', () => server.listening);
  const target_url = `http://localhost:${(server.address() as AddressInfo).port}`;
  const session = await place.connect({ cwd: one });
  const open = async (path: string) =>
    String((await session.ok('proxy', { action: 'start', id: 'p', target_url, path })).data['url']);
  const urls = [await open(one), await open(two)];
  expect(new Set(urls).size).toBe(2);
  await stopDaemon(session);
  // The second comes first, and the first one's is free: it takes its own all the same, and so does a third.
  expect(await open(two)).toBe(urls[1]);
  const third = await open(place.project);
  expect(urls).not.toContain(third);
  expect(await open(one)).toBe(urls[0]);
});

test('PORT of a call wins over the automatic one', async () => {
  const { place, one } = await twoWorktrees();
  const session = await place.connect({ cwd: one, env: { PORT: '1' } });
  const automatic = await start(session);
  await session.ok('proc', { action: 'stop', process_id: 'web' });
  const { data } = await session.ok('run', { script_name: 'web', env: { PORT: '0' } });
  expect(String((data['urls'] as string[])[0])).not.toContain(`:${automatic.port}/`);
});

describe('no client’s leaving ends another’s work', () => {
  const LIMIT = { env: { DEVTOOL_MCP_PROJECT_IDLE_MS: '500' } };

  test('two clients in one project: the last one’s leaving counts', async () => {
    const { place, one, two } = await twoWorktrees();
    const witness = await place.connect({ cwd: two, ...LIMIT });
    const [first, second] = [await place.connect({ cwd: one }), await place.connect({ cwd: one })];
    const { pid } = await start(first);
    const left = await start(witness);
    expect((await second.ok('run', { script_name: 'web' })).data).toMatchObject({ reused: true, pid });
    await Promise.all([first.close(), witness.close()]);
    await until('the project that was left is ended', () => !isAlive(left.pid));
    expect(isAlive(pid)).toBe(true);
    // By it the daemon is ended afterwards.
    await place.connect({ cwd: place.home });
    await second.close();
    await until('so is the other one with its last client', () => !isAlive(pid));
  });

  test('two clients in two projects: each ends its own', async () => {
    const { place, one, two } = await twoWorktrees();
    const [first, second] = [await place.connect({ cwd: one, ...LIMIT }), await place.connect({ cwd: two })];
    const [a, b] = [await start(first), await start(second)];
    await first.close();
    await until('what the one had is ended', () => !isAlive(a.pid));
    expect(isAlive(b.pid)).toBe(true);
    expect(await (await fetch(b.proxy)).text()).toBe(two);
    expect((await second.ok('proc', { action: 'list' })).data).toMatchObject({
      processes: [{ process_id: 'web', state: 'running' }],
    });
  });
});

test('cleanup_port: another project’s process only when asked, one’s own is stopped, a proxy and the daemon never', async () => {
  const { place, one, two } = await twoWorktrees();
  const [first, second] = [await place.connect({ cwd: one }), await place.connect({ cwd: two })];
  const [a, b] = [await start(first), await start(second)];
  const clean = (port: string, more = {}) =>
    first.call('proc', { action: 'cleanup_port', port: Number(port), ...more });
  const refused = await clean(b.port);
  expect(refused.text).toMatch(/^permission_denied: port=\d+ is listened on by another project: process_id=web of /);
  expect(refused.data).toMatchObject({ error: 'permission_denied', processes: [{ process_id: 'web', path: two }] });
  expect(isAlive(b.pid)).toBe(true);
  expect((await clean(b.port, { force: true })).data).toMatchObject({
    killed: [{ pid: b.pid }],
    message: expect.stringContaining('stopped web'),
  });
  expect((await second.ok('proc', { action: 'status', process_id: 'web' })).data).toMatchObject({
    state: 'stopped',
    ended_by: 'stop',
  });
  const proxy = await clean(new URL(a.proxy).port);
  expect(proxy.text).toMatch(/^permission_denied: .* is devtool-mcp's own/);
  expect(await (await fetch(a.proxy)).text()).toBe(one);
  expect((await clean(a.port)).data).toMatchObject({ killed: [{ pid: a.pid }] });
  expect((await first.ok('proc', { action: 'status', process_id: 'web' })).data).toMatchObject({
    state: 'stopped',
    ended_by: 'stop',
  });
});

test('a worktree that is gone: what runs there is looked at and stopped by its path', async () => {
  const place = await world();
  const [first, second] = [join(place.project, 'a'), join(place.project, 'b')];
  for (const path of [first, second]) await mkdir(path);
  const session = await place.connect({ cwd: first });
  const run = (path: string) => session.ok('run', { path, command: 'sleep', args: ['600'], id: 'dev' });
  for (const path of [first, second]) await run(path);
  await rm(second, { recursive: true });
  const there = { process_id: 'dev', path: second };
  expect((await session.ok('proc', { action: 'status', ...there })).data).toMatchObject({ state: 'running' });
  expect((await session.ok('proc', { action: 'list', path: second })).data['processes']).toHaveLength(1);
  expect((await session.ok('timeline', { path: second })).text).toContain('proc dev started');
  expect((await session.ok('proc', { action: 'stop', ...there })).data).toMatchObject({ state: 'stopped' });
  expect((await session.call('run', { path: second, command: 'true' })).data).toMatchObject({ error: 'not_found' });
  await session.ok('proc', { action: 'remove', ...there });
  expect((await session.call('proc', { action: 'list', path: second })).data).toMatchObject({ error: 'not_found' });
});
