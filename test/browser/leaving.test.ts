/** Pages that are left: before they could say anything, while something waits, for the back-forward cache, and what comes back from there. */
import { expect, test } from 'vitest';
import { launch } from './chromium.ts';
import { openProxyStand, type ProxyStand } from './proxy-stand.ts';

const page = (script: string, title = 'one') =>
  `<!doctype html><html><head><link rel="icon" href="data:,"><title>${title}</title></head><body><script>${script}</script></body></html>`;

const told = (stand: ProxyStand, kind: string) =>
  stand.entries.filter((entry) => entry.kind === kind).map(({ facts }) => String(facts['message'] ?? facts['text']));
const at = (stand: ProxyStand, path: string) =>
  [...stand.pages.values()].find(({ hello }) => hello.url === stand.url + path);

test('a page that goes on before its socket is open has told all: once, with its own page, which is closed', async () => {
  const script = `console.log('first'); Promise.reject(new RangeError('nobody cares'));
    setTimeout(() => { console.log('last'); location.href = '/two'; }); throw new TypeError('at once');`;
  const stand = await openProxyStand({ '/': page(script), '/two': page('', 'two') });
  const browser = await launch();
  await browser.open(`${stand.url}/`);
  await stand.until(() => at(stand, '/two')?.open === true && told(stand, 'console').length >= 2);
  expect(told(stand, 'console')).toEqual(['first', 'last']);
  expect(told(stand, 'error').sort()).toEqual(['Uncaught TypeError: at once', 'nobody cares']);
  expect(at(stand, '/')).toMatchObject({ open: false, hello: { tab: at(stand, '/two')?.hello.tab } });
  expect(new Set(stand.entries.filter(({ kind }) => kind === 'console').map((entry) => entry.page))).toEqual(
    new Set([at(stand, '/')?.page]),
  );
});

test.each([
  ['and it may come back', {}],
  ['for good', { 'cache-control': 'no-store' }],
])('what a page says in its last moment arrives, %s', async (_, headers) => {
  const stand = await openProxyStand({ '/': { body: page(''), headers }, '/two': { body: page('', 'two'), headers } });
  const browser = await launch();
  const tab = await browser.open(`${stand.url}/`);
  for (let round = 1; round <= 4; round++) {
    await stand.until(() => [...stand.pages.values()].filter(({ open }) => open).length === 1);
    await tab.evaluate(
      `addEventListener('pagehide', () => { for (let i = 0; i < 20; i++) console.log('bye ${round}') })`,
    );
    await tab.goto(`${stand.url}/${round % 2 === 1 ? 'two' : ''}`);
    await stand.until(() => told(stand, 'console').filter((text) => text === `bye ${round}`).length === 20);
  }
});

test('in the back-forward cache a page is closed, a run in it is over; back, it is the same one again', async () => {
  const stand = await openProxyStand({ '/': page(''), '/two': page('', 'two') });
  const browser = await launch();
  const tab = await browser.open(`${stand.url}/`);
  await stand.until(() => at(stand, '/')?.open === true);
  const first = at(stand, '/')?.page ?? 0;
  stand.socket.exec(first, 'never', 'await new Promise(() => {})');
  await tab.evaluate('void (window.kept = 42)');
  await tab.goto(`${stand.url}/two`);
  await stand.until(() => at(stand, '/')?.open === false && at(stand, '/two')?.open === true);
  await tab.evaluate('history.back()');
  await stand.until(() => at(stand, '/')?.open === true && at(stand, '/two')?.open === false);
  expect(await stand.exec('return [document.title, window.kept]', first)).toMatchObject({ value: ['one', 42] });
  await tab.evaluate(`console.log('back again')`);
  await stand.until(() => told(stand, 'console').includes('back again'));
  expect(stand.entries.find(({ facts }) => facts['text'] === 'back again')?.page).toBe(first);
});

test('a message that is too long for the socket is cut, and what comes after it is told', async () => {
  const stand = await openProxyStand({ '/': page('') });
  const browser = await launch();
  const tab = await browser.open(`${stand.url}/`);
  await stand.until(() => at(stand, '/')?.open === true);
  await tab.evaluate(`document.title = 'T'.repeat(3e6); document.body.id = 'i'.repeat(1e6);
    setTimeout(() => { throw new Error('e'.repeat(3e6)) }); document.body.click(); console.log('after all that')`);
  await stand.until(() => told(stand, 'console').includes('after all that') && told(stand, 'error').length > 0);
  expect(told(stand, 'error')[0]).toHaveLength(10_000);
  expect(await stand.exec(`throw new Error('z'.repeat(3e6))`)).toMatchObject({ ok: false });
  const huge = await stand.exec(`return ['"'.repeat(3e6), '\\u0001'.repeat(3e6)]`);
  expect(huge).toMatchObject({ ok: true, cut: true });
  expect(stand.pages.size).toBe(1);
});
