/** Other sites that a person has open attack the proxy from a real browser: nothing opens, nothing is read, nothing has an effect. */
import { describe, expect, test } from 'vitest';
import { attempted, inFrame, PLACES, RESOLVER, SIMPLE_REQUESTS, sockets } from './attack-words.ts';
import { launch, type Tab } from './chromium.ts';
import { openProxyStand, openSite, type ProxyStand } from './proxy-stand.ts';

const SHOP = '<!doctype html><html><head><link rel="icon" href="data:,"><title>shop</title></head><body></body></html>';

async function stage() {
  const stand = await openProxyStand({ '/': SHOP, '/api': { body: '{"secret":1}', type: 'application/json' } });
  const evil = await openSite({ '/': '<!doctype html><title>evil</title><link rel="icon" href="data:,"><body>' });
  const browser = await launch([RESOLVER]);
  return { stand, evil, browser };
}

/** A page of the shop that is open, as a person has it. */
async function openShop(stand: ProxyStand, browser: Awaited<ReturnType<typeof launch>>): Promise<Tab> {
  const tab = await browser.open(`${stand.url}/`);
  await stand.until(() => [...stand.pages.values()].some(({ open }) => open));
  return tab;
}

/** All that an attacker could have changed; entries come over page sockets alone. */
const noted = ({ door, pages, answers, site }: ProxyStand) => ({
  door: { ...door },
  pages: [...pages.keys()],
  answers: answers.length,
  requests: [...site.requests],
});

describe('DNS rebinding', () => {
  test.each(['rebind.evil.test', 'localhost.evil.test', '127.0.0.1.evil.test', 'rebind.evil.test.'])(
    '%s, pointed at this machine: 421, and nothing reaches the target',
    async (name) => {
      const { stand, browser } = await stage();
      const tab = await browser.open(`http://${name}:${stand.proxy.port}/`);
      const status = (url: string, init = '{}') => tab.evaluate(`fetch('${url}', ${init}).then((a) => a.status)`);
      expect(await tab.evaluate('performance.getEntriesByType("navigation")[0].responseStatus')).toBe(421);
      expect(await status('/api')).toBe(421);
      expect(await status('/__devtool/client.js')).toBe(421);
      expect(await status('/__devtool/health')).toBe(421);
      expect(await status('/__devtool/token', `{ method: 'POST' }`)).toBe(421);
      const fresh = `?token=${stand.socket.mintToken()}`;
      expect(await tab.evaluate(sockets(`${name}:${stand.proxy.port}`, ['', fresh]))).toEqual(['refused', 'refused']);
      expect(stand.site).toMatchObject({ connections: 0, requests: [] });
      expect(stand.door).toEqual({ minted: 0, scripts: 0, opened: 0 });
      expect(await tab.evaluate(`'__devtool_mcp__' in window`)).toBe(false);
    },
  );
});

describe.each(PLACES)('a page socket opened from %s', (_, address, within) => {
  test('without a token, with a guess, a used token, another load’s fresh token: 0 open', async () => {
    const { stand, evil, browser } = await stage();
    await openShop(stand, browser);
    const spent = stand.socket.mintToken();
    expect(stand.socket.redeem(`/__devtool/socket?token=${spent}`)).toBe(true);
    const fresh = stand.socket.mintToken();
    const before = noted(stand);
    const tab = await browser.open(address(evil.port));
    const tokens = ['', '?token=', `?token=${'A'.repeat(32)}`, `?token=${spent}`, `?token=${fresh}`];
    expect(await tab.evaluate(within(sockets(`localhost:${stand.proxy.port}`, tokens)))).toEqual(
      tokens.map(() => 'refused'),
    );
    expect(noted(stand)).toEqual(before);
    // Refusing a foreign page does not take the token from the page that it is for.
    expect(stand.socket.redeem(`/__devtool/socket?token=${fresh}`)).toBe(true);
  });
});

test('a page socket from the proxy under another of its names, and from a sandboxed frame of its own page', async () => {
  const { stand, browser } = await stage();
  const shop = await openShop(stand, browser);
  const host = `localhost:${stand.proxy.port}`;
  const fresh = () => `?token=${stand.socket.mintToken()}`;
  expect(await shop.evaluate(inFrame(`{ sandbox: 'allow-scripts' }`, sockets(host, ['', fresh()])))).toEqual([
    'refused',
    'refused',
  ]);
  const other = await browser.open(`http://127.0.0.1:${stand.proxy.port}/`);
  expect(await other.evaluate(sockets(host, ['', fresh()]))).toEqual(['refused', 'refused']);
});

test('a token of the shop’s own opens one socket, once', async () => {
  const { stand, browser } = await stage();
  const shop = await openShop(stand, browser);
  const token = await shop.evaluate<string>(`fetch('/__devtool/token', { method: 'POST' }).then((a) => a.text())`);
  const host = `localhost:${stand.proxy.port}`;
  expect(await shop.evaluate(sockets(host, [`?token=${token}`]))).toEqual(['open']);
  expect(await shop.evaluate(sockets(host, [`?token=${token}`]))).toEqual(['refused']);
});

describe.each(PLACES.slice(0, 2))('simple requests from %s', (_, address) => {
  test.each([
    '/__devtool/token',
    '/__devtool/exec/known.js',
    '/__devtool/exec/unknown.js',
    '/__devtool/health',
    '/__devtool/client.js',
    '/__devtool/socket',
  ])('%s: nothing is read, and nothing happens', async (path) => {
    const { stand, evil, browser } = await stage();
    const shop = await openShop(stand, browser);
    // A run that the shop's page has not fetched: it was told of it, and is kept from asking.
    await shop.send('Network.enable');
    await shop.send('Network.setBlockedURLs', { urls: ['*/__devtool/exec/*'] });
    stand.socket.exec([...stand.pages.keys()].at(-1) ?? 0, 'known', 'return 1');
    await stand.until(() => stand.answers.length === 1);
    const before = noted(stand);
    const tab = await browser.open(address(evil.port));
    const seen: Record<string, unknown> = {};
    for (const [name, attempt] of SIMPLE_REQUESTS)
      seen[name] = await tab.evaluate(attempted(attempt, stand.url + path));
    expect(seen).toEqual(Object.fromEntries(SIMPLE_REQUESTS.map(([name]) => [name, 'nothing'])));
    expect(noted(stand)).toEqual(before);
    expect(stand.socket.takeScript('/__devtool/exec/known.js')).toContain('return 1');
  });
});

describe('inclusion and framing', () => {
  test('client.js as a script of another origin: it does not run, and there is nothing to read in it', async () => {
    const { stand, evil, browser } = await stage();
    await openShop(stand, browser);
    const tab = await browser.open(`http://www.evil.test:${evil.port}/`);
    const before = await tab.evaluate<string[]>('Object.getOwnPropertyNames(window)');
    await tab.evaluate(`new Promise((done) => { const s = document.createElement('script');
      s.src = '${stand.url}/__devtool/client.js'; s.onload = s.onerror = done; document.head.append(s); })`);
    expect(await tab.evaluate('Object.getOwnPropertyNames(window)')).toEqual(before);
    const client = await fetch(`${stand.url.replace('localhost', '127.0.0.1')}/__devtool/client.js`);
    expect(await client.text()).not.toMatch(/token=[\w-]{8}/);
  });

  test.each(['/__devtool/health', '/__devtool/client.js', '/__devtool/token', '/__devtool/nothing'])(
    '%s is shown in no frame, not even one of its own origin',
    async (path) => {
      const { stand, evil, browser } = await stage();
      const shop = await openShop(stand, browser);
      const foreign = await browser.open(`http://localhost:${evil.port}/`);
      for (const tab of [shop, foreign]) {
        await tab.evaluate(`new Promise((done) => { const f = document.createElement('iframe');
        f.src = '${stand.url}${path}'; f.onload = done; document.body.append(f); })`);
        const { frameTree } = (await tab.send('Page.getFrameTree')) as {
          frameTree: { childFrames: { frame: { unreachableUrl?: string } }[] };
        };
        expect(frameTree.childFrames.map(({ frame }) => frame.unreachableUrl)).toEqual([stand.url + path]);
      }
    },
  );
});
