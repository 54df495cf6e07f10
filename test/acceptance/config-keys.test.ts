/** Keys of `devtool-mcp.json` whose effect is seen from outside alone: each with what differs without it. */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SELF_SIGNED } from '../proxy/certificate.ts';
import { isAlive, type Session, until, type World, world } from './harness.ts';

const node = (code: string) => ({ command: process.execPath, args: ['-e', code] });

async function withConfig(config: object): Promise<{ place: World; session: Session }> {
  const place = await world();
  await place.write('devtool-mcp.json', JSON.stringify(config));
  return { place, session: await place.connect() };
}

test('limits.output_characters: so much of output is shown when no number is asked for', async () => {
  const { session } = await withConfig({
    scripts: { app: node('for(let i=0;i<30;i++)console.log("line",i,"x".repeat(30))') },
    limits: { output_characters: 200 },
  });
  await session.ok('run', { script_name: 'app', wait_for: 'exit' });
  const shown = await session.ok('proc', { action: 'output', process_id: 'app' });
  const lines = shown.text.split('\n').slice(0, -1);
  expect(lines.join('\n').length).toBeLessThanOrEqual(200);
  expect(lines.at(-1)).toBe(`line 29 ${'x'.repeat(30)}`);
  expect(shown.meta).toMatchObject({ lines: lines.length, total: 30 });
  const { meta } = await session.ok('proc', { action: 'output', process_id: 'app', tail: 30 });
  expect(meta).toMatchObject({ lines: 30 });
});

describe('proxies.<id>.verify_tls', () => {
  const server = createServer(SELF_SIGNED, (_, response) => response.end('secret'));
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

  test.each([
    ['left out: a target of this machine may have any', {}, 200],
    ['true: one that nobody has signed is refused', { verify_tls: true }, 502],
    ['false', { verify_tls: false }, 200],
  ])('%s', async (_, given, status) => {
    const target_url = `https://localhost:${(server.address() as AddressInfo).port}`;
    const { session } = await withConfig({ proxies: { api: { target_url, autostart: false, ...given } } });
    const { data } = await session.ok('proxy', { action: 'start', id: 'api' });
    const answer = await fetch(String(data['url']), { headers: { accept: 'application/json' } });
    expect(answer.status).toBe(status);
    const text = await answer.text();
    if (status === 200) expect(text).toBe('secret');
    else expect(text).toMatch(/certificate|self-signed/);
  });
});

test('scripts.<name>.keep: goes on when all clients have left; without it the script ends', async () => {
  const { place, session } = await withConfig({
    scripts: { kept: { ...node('setInterval(()=>{},1e6)'), keep: true }, other: node('setInterval(()=>{},1e6)') },
    limits: { project_idle_ms: 300 },
  });
  const pidOf = async (script_name: string) => Number((await session.ok('run', { script_name })).data['pid']);
  const [kept, other] = [await pidOf('kept'), await pidOf('other')];
  // Keeps the daemon, and not the project.
  const elsewhere = await place.connect({ cwd: place.home });
  await session.close();
  await until('the other one has ended', () => !isAlive(other));
  expect(isAlive(kept)).toBe(true);
  const status = await elsewhere.ok('proc', { action: 'status', process_id: 'kept', path: place.project });
  expect(status.data).toMatchObject({ state: 'running', pid: kept });
});

test('scripts.<name>.ready.port: ready when it listens there, and not for another port or what it prints', async () => {
  // Listens elsewhere and tells a URL at once; on the port that counts once something comes in on its standard input.
  const code = `const {createServer}=require('net');
    createServer().listen(0,function(){console.log('http://localhost:'+this.address().port)});
    process.stdin.once('data',()=>createServer().listen(Number(process.argv[1])))`;
  const free = await freePort();
  const app = { ...node(code), ready: { port: free, timeout_ms: 20_000 } };
  const { session } = await withConfig({ scripts: { app: { ...app, args: [...app.args, String(free)] } } });
  const started = session.ok('run', { script_name: 'app' });
  await until('its URL is known', async () => {
    const { data, isError } = await session.call('proc', { action: 'status', process_id: 'app' });
    if (isError) return false;
    expect(data['ready']).toBe(false);
    return (data['urls'] as string[]).length > 0;
  });
  await session.ok('proc', { action: 'input', process_id: 'app', data: 'go\n' });
  const { data } = await started;
  expect(data).toMatchObject({ ready: true, waited: { for: 'ready', ok: true } });
  expect(data['ports']).toContain(free);
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
