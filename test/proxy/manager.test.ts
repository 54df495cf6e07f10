import { describe, expect, test } from 'vitest';
import type { ProxyRequest } from '../../src/proxy/managed-proxy.ts';
import { PROXY_LIMITS, type ProxyManager } from '../../src/proxy/manager.ts';
import { portsFor } from '../../src/proxy/port.ts';
import { Fault } from '../../src/text/fault.ts';
import { stage } from './stage.ts';
import { answering, browse, openOrigin } from './stand.ts';

const ok = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const get = (port: number) => `GET / HTTP/1.1\r\nHost: localhost:${port}\r\nAccept: application/json\r\n\r\n`;

const request = (url: string, more: Partial<ProxyRequest> = {}): ProxyRequest => ({
  id: 'web',
  path: '/p',
  target: { url, verifyTls: null },
  entry: '/',
  processId: null,
  processPath: '/p',
  port: null,
  bindAddress: '127.0.0.1',
  publicUrl: null,
  maxLogSize: 1_000,
  keep: false,
  ...more,
});

async function refusal(promise: Promise<unknown>): Promise<Fault> {
  const error = await promise.then(
    () => null,
    (failed: unknown) => failed,
  );
  if (error instanceof Fault) return error;
  throw new Error(`no fault: ${String(error)}`);
}

describe('start', () => {
  test('listens on the port that follows from the target, and shows everything', async () => {
    const origin = await openOrigin(answering(() => ok('hello')));
    const { manager, clock } = stage();
    const { proxy, reused } = await manager.start(request(origin.url));
    expect(reused).toBe(false);
    expect([...portsFor(origin.url, 200)]).toContain(proxy.port);
    await browse(proxy.port).send(get(proxy.port)).has('hello');
    clock.now = 5_000_000;
    expect(manager.view(proxy)).toEqual({
      id: 'web',
      path: '/p',
      target_url: origin.url,
      process_id: null,
      url: `http://localhost:${proxy.port}/`,
      open_url: `http://localhost:${proxy.port}/`,
      public_url: null,
      listen_addr: `127.0.0.1:${proxy.port}`,
      running: true,
      state: 'running',
      uptime_ms: 5_000,
      total_requests: 1,
      active_connections: 1,
      pages: 0,
      bytes: { received: 0, sent: 0 },
      // The stage's worker records nothing.
      log: { total: 1, available: 0, dropped: 1, max_size: 1_000 },
      restart_count: 0,
      last_error: null,
      last_error_at: null,
    });
  });

  test('while it starts it has no address yet', async () => {
    const origin = await openOrigin(answering(() => ok('')));
    const { manager } = stage();
    const started = manager.start(request(origin.url));
    const [proxy] = manager.list('/p');
    if (proxy === undefined) throw new Error('it is listed at once');
    expect(manager.view(proxy)).toMatchObject({ state: 'starting', url: null, open_url: null, listen_addr: null });
    await started;
    expect(manager.view(proxy)).toMatchObject({ state: 'running', url: `http://localhost:${proxy.port}/` });
  });

  test('returns a live one of the same target, and refuses another', async () => {
    const origin = await openOrigin();
    const { manager } = stage();
    const [first, second] = await Promise.all([manager.start(request(origin.url)), manager.start(request(origin.url))]);
    expect(second).toEqual({ proxy: first.proxy, reused: true });
    expect(first.proxy.port).toBeGreaterThan(0);
    expect(await refusal(manager.start(request('http://localhost:1')))).toMatchObject({ code: 'already_exists' });
  });

  test('takes the next free port, unless one was asked for: that is named with its holder', async () => {
    const origin = await openOrigin();
    const [wanted = 0] = portsFor(origin.url, 1);
    const { manager } = stage();
    const first = await manager.start(request(origin.url));
    const second = await manager.start(request(origin.url, { id: 'other' }));
    expect(second.proxy.port).not.toBe(first.proxy.port);
    expect(first.proxy.port).toBeGreaterThanOrEqual(wanted);
    const fault = await refusal(manager.start(request(origin.url, { id: 'third', port: first.proxy.port })));
    expect(fault).toMatchObject({ code: 'port_in_use', values: { port: first.proxy.port } });
    expect(fault.text).toContain(`port=${first.proxy.port} is taken by pid=4711 (somebody)`);
    expect(manager.list(null)).toHaveLength(2);
  });

  test('refuses blocked ports, its own proxies, and more than there may be', async () => {
    const origin = await openOrigin();
    const { manager } = stage({}, { ...PROXY_LIMITS, proxies: 1 });
    expect(await refusal(manager.start(request(origin.url, { port: 6_000 })))).toMatchObject({
      code: 'invalid_argument',
    });
    const port = Number(new URL(origin.url).port);
    expect((await refusal(manager.start(request(origin.url, { port })))).text).toBe(
      `invalid_argument: port=${port} is the port of target_url=${origin.url}. Leave port out, or name another.`,
    );
    const { proxy } = await manager.start(request(origin.url));
    await expect(manager.setTarget(proxy, { url: `http://localhost:${proxy.port}`, verifyTls: null })).rejects.toThrow(
      'is a proxy of this daemon',
    );
    expect(await refusal(manager.start(request(origin.url, { id: 'second' })))).toMatchObject({ code: 'limit' });
  });
});

describe('a running proxy', () => {
  test('is found in its project, from below it, and by its only name', async () => {
    const origin = await openOrigin();
    const { manager } = stage();
    const { proxy } = await manager.start(request(origin.url));
    expect(manager.resolve('web', '/p')).toBe(proxy);
    expect(manager.resolve('web', '/p/sub')).toBe(proxy);
    expect(manager.resolve('web', '/q')).toBe(proxy);
    await manager.start(request(origin.url, { path: '/r' }));
    expect(() => manager.resolve('web', '/q')).toThrow('is a proxy in 2 projects');
    expect(() => manager.resolve('wep', '/p')).toThrow('is no proxy known in /p');
  });

  test('is pointed elsewhere without losing its connections', async () => {
    const [one, two] = await Promise.all(['one', 'two'].map((name) => openOrigin(answering(() => ok(name)))));
    const { manager } = stage();
    const { proxy } = await manager.start(request(one?.url ?? ''));
    const browser = browse(proxy.port).send(get(proxy.port));
    await browser.has('one');
    await manager.setTarget(proxy, { url: two?.url ?? '', verifyTls: null });
    await browser.send(get(proxy.port)).has('two');
    expect(manager.view(proxy).target_url).toBe(two?.url);
  });

  test('restarts on its port with its figures', async () => {
    const origin = await openOrigin(answering(() => ok('hello')));
    const { manager } = stage();
    const { proxy } = await manager.start(request(origin.url));
    const { port } = proxy;
    await browse(port).send(get(port)).has('hello');
    await manager.restart(proxy);
    await browse(port).send(get(port)).has('hello');
    expect(manager.view(proxy)).toMatchObject({ running: true, restart_count: 1, total_requests: 2 });
  });

  test('whose worker crashes comes back on its port, until that happens too often', async () => {
    const origin = await openOrigin(answering(() => ok('hello')));
    const { manager, workers, clock } = stage();
    const { proxy } = await manager.start(request(origin.url));
    const { port } = proxy;
    for (let crash = 1; crash <= 5; crash++) {
      await workers.at(-1)?.crash();
      await running(manager, 'web');
      await browse(port).send(get(port)).has('hello');
      expect(manager.view(proxy)).toMatchObject({ running: true, restart_count: crash, last_error: 'out of luck' });
    }
    await workers.at(-1)?.crash();
    expect(manager.view(proxy)).toMatchObject({
      running: false,
      state: 'failed',
      total_requests: 5,
      active_connections: 0,
    });
    clock.now += 61_000_000;
    const { reused } = await manager.start(request(origin.url));
    expect(reused).toBe(false);
    expect(manager.list(null)).toHaveLength(1);
  });

  test('is gone when stopped, and its memory serves again', async () => {
    const origin = await openOrigin(answering(() => ok('hello')));
    const { manager, pool } = stage();
    const { proxy } = await manager.start(request(origin.url));
    await browse(proxy.port).send(get(proxy.port)).has('hello');
    await manager.stop(proxy);
    await manager.stop(proxy);
    expect(manager.list(null)).toEqual([]);
    expect(manager.view(proxy)).toMatchObject({ running: false, state: 'stopped', total_requests: 1 });
    const bytes = pool.bytes();
    const next = await manager.start(request(origin.url));
    expect(pool.bytes()).toBe(bytes);
    expect(manager.view(next.proxy).total_requests).toBe(0);
    expect(manager.view(proxy).total_requests).toBe(1);
  });

  test('tells why its target cannot be reached', async () => {
    const origin = await openOrigin();
    await origin.close();
    const { manager } = stage();
    const { proxy } = await manager.start(request(origin.url));
    await browse(proxy.port).send(get(proxy.port)).has('502');
    expect(manager.view(proxy).last_error).toContain(`${origin.url} cannot be reached`);
  });
});

test('shutdown ends all and refuses more', async () => {
  const origin = await openOrigin();
  const { manager } = stage();
  await Promise.all(['a', 'b', 'c'].map((id) => manager.start(request(origin.url, { id }))));
  await manager.shutdown();
  expect(manager.list(null)).toEqual([]);
  expect(await refusal(manager.start(request(origin.url)))).toMatchObject({ code: 'shutting_down' });
});

async function running(manager: ProxyManager, id: string): Promise<void> {
  while (manager.get('/p', id)?.state !== 'running') await new Promise((resolve) => setImmediate(resolve));
}
