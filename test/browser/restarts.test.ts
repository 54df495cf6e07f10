/** What a page does when the world around it is started again: the daemon, by tool or by command; the page itself, by its dev server. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type Session, until, type World, world } from '../acceptance/harness.ts';
import { launch } from './chromium.ts';
import { openShop } from './shop.ts';

const DOCUMENT =
  '<!doctype html><html><head><title>Here</title><link rel="icon" href="data:,"></head><body></body></html>';

/** A server that no daemon runs. */
async function openTarget(): Promise<string> {
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(DOCUMENT));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Lines of the page's console that the proxy's log has, the oldest first. */
async function lines(session: Session): Promise<string[]> {
  const { text } = await session.call('proxylog', { action: 'query', proxy_id: 'web', types: ['console'], limit: 100 });
  return [...text.matchAll(/line (\d+)/g)].map(([line]) => line);
}

async function pages(session: Session, proxy_id: string): Promise<Record<string, unknown>[]> {
  const { data } = await session.call('currentpage', { action: 'list', proxy_id });
  return (data['pages'] ?? []) as Record<string, unknown>[];
}

const active = async (session: Session, proxy_id: string) =>
  (await pages(session, proxy_id)).filter((page) => page['active'] === true);

/** Resolves when another daemon answers. */
async function restart(session: Session): Promise<void> {
  // What the old one was asked and did not answer any more is an error.
  const pid = () =>
    session.call('daemon', { action: 'info' }).then(
      ({ data }) => data['pid'] ?? null,
      () => null,
    );
  const before = await pid();
  await session.ok('daemon', { action: 'restart' });
  await until('another daemon answers', async () => ![before, null].includes(await pid()));
}

/** `away` lets the page say something meanwhile. */
const WAYS: Record<
  string,
  (session: Session, place: World, target: string, away: () => Promise<void>) => Promise<Session>
> = {
  'by the tool, its proxy by hand': async (session, _, target) => {
    await restart(session);
    await session.ok('proxy', { action: 'start', id: 'web', target_url: target });
    return session;
  },
  'by the tool, its proxy by autostart': async (session) => {
    await restart(session);
    return session;
  },
  'by its end and another client': async (session, place, _, away) => {
    await session.ok('daemon', { action: 'stop' });
    await session.close();
    await away();
    return place.connect();
  },
};

test.each(Object.entries(WAYS))(
  'the daemon is restarted %s: an open page goes on without a reload, and loses nothing',
  async (name, again) => {
    const place = await world();
    const target = await openTarget();
    const byHand = name.endsWith('by hand');
    if (!byHand)
      await place.write(
        'devtool-mcp.json',
        JSON.stringify({ proxies: { web: { target_url: target, autostart: true } } }),
      );
    const first = await place.connect();
    if (byHand) await first.ok('proxy', { action: 'start', id: 'web', target_url: target });
    let url = '';
    await until('the proxy listens', async () => {
      const { data } = await first.call('proxy', { action: 'status', id: 'web' });
      url = String(data['url'] ?? '');
      return data['running'] === true;
    });
    const tab = await (await launch()).open(url);
    await until('the page has said hello', async () => (await active(first, 'web')).length === 1);
    const [before] = await active(first, 'web');
    await tab.evaluate(`n = 0; say = () => console.log('line ' + n++); chatter = setInterval(say, 100)`);
    let away = Number.POSITIVE_INFINITY;
    await until('it is heard', async () => (await lines(first)).length > 3);

    const session = await again(first, place, target, async () => {
      away = await tab.evaluate(`(() => { const from = n; for (let i = 0; i < 20; i++) say(); return from; })()`);
    });
    await until('it is heard again', async () => (await lines(session)).length > 3);
    await tab.evaluate(`clearInterval(chatter); console.log('line 100000')`);
    await until('the last is heard', async () => (await lines(session)).includes('line 100000'));
    const numbers = (await lines(session)).map((line) => Number(line.slice(5)));
    const [oldest = 0] = numbers;
    expect(numbers.slice(0, -1)).toEqual(Array.from({ length: numbers.length - 1 }, (_, at) => oldest + at));
    expect(oldest).toBeLessThanOrEqual(away);
    expect(tab.loads).toHaveLength(1);
    expect(await active(session, 'web')).toMatchObject([{ tab: before?.['tab'], title: 'Here' }]);
    const { data } = await session.ok('proxy', { action: 'exec', id: 'web', code: '40 + 2' });
    expect(data).toMatchObject({ value: 42 });
  },
);

test('Vite reloads the whole page: the same tab, and what the page said last is told', async () => {
  const shop = await openShop();
  const tab = await (await launch()).open(shop.url);
  await tab.until(`document.querySelectorAll('#catalogue > *').length > 0`);
  await until('the page has said hello', async () => (await active(shop.session, 'shop')).length === 1);
  const [before] = await active(shop.session, 'shop');
  await until('Vite is connected', () => tab.console.some((line) => line.includes('[vite] connected')));
  await tab.evaluate(`addEventListener('pagehide', () => console.log('last words'))`);
  shop.edit('src/main.ts', (code) => `${code}\nconsole.log('edited');\n`);
  await until('it has been loaded again', () => tab.loads.length === 2);
  const said = async () =>
    (await shop.session.ok('proxylog', { action: 'query', proxy_id: 'shop', types: ['console'], limit: 100 })).text;
  await until('both are told', async () => /last words[\s\S]*edited/.test(await said()));
  await until('one page is open', async () => (await active(shop.session, 'shop')).length === 1);
  const [after] = await active(shop.session, 'shop');
  expect(after?.['id']).not.toBe(before?.['id']);
  expect(after?.['tab']).toBe(before?.['tab']);
});
