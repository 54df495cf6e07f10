/** A page that says what the test wants, over the page socket of the built program's proxy: what an agent gets of it, and when. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import type { FromPage } from '../../src/page/protocol.ts';
import { type ConnectOptions, type Session, until, world } from './harness.ts';

async function open(options: ConnectOptions = {}) {
  const session = await (await world()).connect(options);
  const site = createServer((request, response) => response.writeHead(request.url === '/wrong' ? 500 : 200).end());
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    site.closeAllConnections();
    await new Promise((resolve) => site.close(resolve));
  });
  const target_url = `http://localhost:${(site.address() as AddressInfo).port}`;
  const { data } = await session.ok('proxy', { action: 'start', id: 'web', target_url });
  return { session, url: String(data['url']) };
}

/** Its clock says `age` milliseconds now. */
async function openPage(url: string, age: number) {
  const origin = url.slice(0, -1);
  const token = await (await fetch(`${origin}/__devtool/token`, { method: 'POST', headers: { origin } })).text();
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/__devtool/socket?token=${token}`, { origin });
  onTestFinished(() => socket.terminate());
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const say = (message: FromPage) => socket.send(JSON.stringify(message));
  const began = performance.now();
  const at = () => age + performance.now() - began;
  socket.on('message', (text) => {
    const heard = JSON.parse(String(text)) as { say: string; id: number };
    if (heard.say === 'clock') say({ say: 'clock', id: heard.id, at: at() });
  });
  say({
    say: 'hello',
    version: 1,
    tab: 'tab',
    load: 'load',
    url,
    title: 'By hand',
    frame: 'top',
    at: at(),
    loader: '',
    document: '',
    acknowledged: 0,
  });
  let last = 0;
  return (message: string, at: number) => {
    last += 1;
    const entries = [{ kind: 'error', at, facts: { source: 'uncaught', message, stack: '' } } as const];
    say({ say: 'report', last, dropped: 0, entries });
  };
}

const cursorOf = (answer: Awaited<ReturnType<Session['ok']>>): number =>
  Number(/cursor (\d+)\]/.exec(answer.text)?.[1]);

describe('news that come late', () => {
  test.each(['errors', 'timeline'])('%s after a cursor tells of what was older and heard of later', async (tool) => {
    const { session, url } = await open();
    const report = await openPage(url, 60_000);
    report('Error: early', 59_000);
    await until('the first is there', async () => (await session.ok(tool)).text.includes('Error: early'));
    await fetch(`${url}wrong`);
    await until('the request is there', async () => (await session.ok(tool)).text.includes('/wrong'));
    const before = await session.ok(tool);
    report('Error: kept while there was no connection', 30_000);
    await until('the late one is there', async () => (await session.ok(tool)).text.includes('no connection'));
    const news = await session.ok(tool, { after: cursorOf(before) });
    expect(news.text).toContain('no connection');
    expect(news.text).not.toContain('early');
    expect((await session.ok(tool, { after: cursorOf(news) })).text).not.toContain('no connection');
  });
});

describe('resources', () => {
  test.each([
    ['legacy', {}],
    ['modern', { versionNegotiation: { mode: 'auto' } }],
  ] as const)('a log and a page are listed, read and, when watched, announced (%s)', async (era, versions) => {
    const { session, url } = await open({ versions: versions as never });
    const updated = new Set<string>();
    session.client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
      updated.add(params.uri);
    });
    const report = await openPage(url, 1_000);
    const uris = async () => (await session.client.listResources()).resources.map(({ uri }) => uri);
    await until('the page is listed', async () => (await uris()).some((uri) => uri.includes('/page_')));
    const [log = '', page = ''] = await uris();
    expect(log).toBe('devtool://proxy/web/log');
    expect(page).toMatch(/^devtool:\/\/page\/page_\d+$/);
    if (era === 'legacy') for (const uri of [log, page]) await session.client.subscribeResource({ uri });
    else await session.client.listen({ resourceSubscriptions: [log, page] });

    report('Error: seen by who watches', 900);
    await until('both have changed', () => updated.has(log) && updated.has(page));
    const read = async (uri: string) => (await session.client.readResource({ uri })).contents[0] as { text: string };
    await until('the log tells', async () => (await read(log)).text.includes('seen by who watches'));
    expect(JSON.parse((await read(page)).text)).toMatchObject({
      title: 'By hand',
      errors: [{ message: 'Error: seen by who watches' }],
    });
    await expect(read('devtool://page/page_999999')).rejects.toThrow(/not_found|unknown/);
    await expect(read('devtool://proxy/nobody/log')).rejects.toThrow(/nobody/);
  });

  test('who watches while there is nothing hears of a proxy that comes', async () => {
    const session = await (await world()).connect();
    const heard: string[] = [];
    session.client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
      heard.push(params.uri);
    });
    await session.client.subscribeResource({ uri: 'devtool://proxy/web/log' });
    await session.ok('proxy', { action: 'start', id: 'web', target_url: 'http://localhost:9' });
    await until('it is announced', () => heard.includes('devtool://proxy/web/log'));
  });
});
