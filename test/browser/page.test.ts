/** What an agent gets of a page that a person has open: through MCP, the built program, and a real browser. */
import { expect, test } from 'vitest';
import { until } from '../acceptance/harness.ts';
import { launch } from './chromium.ts';
import { openShop, type Shop } from './shop.ts';

async function visit() {
  const shop = await openShop();
  const browser = await launch();
  const tab = await browser.open(shop.url);
  await tab.until(`document.querySelectorAll('#catalogue > *').length > 0`);
  await until('the page has said hello', async () => (await pages(shop)).length > 0);
  return { shop, browser, tab };
}

async function pages(shop: Shop): Promise<Record<string, unknown>[]> {
  const { data } = await shop.session.ok('currentpage', { action: 'list', proxy_id: 'shop' });
  return data['pages'] as Record<string, unknown>[];
}

const page = async (shop: Shop) => {
  const { data } = await shop.session.ok('currentpage', { action: 'get', proxy_id: 'shop' });
  return data['page'] as Record<string, unknown> & { errors: Record<string, unknown>[] };
};

test('a page is there with its title, figures and errors, mapped to the files that a person edits', async () => {
  const { shop, tab } = await visit();
  await tab.click('#coupon');
  await until('both faults are told', async () => {
    const { errors } = await page(shop);
    return ['coupon', 'map'].every((word) => errors.some(({ message }) => String(message).includes(word)));
  });
  const shown = await page(shop);
  expect(shown).toMatchObject({ title: 'Shop', url: shop.url, active: true, visible: true, frame: 'top' });
  const fault = shown.errors.find(({ message }) => String(message).includes("reading 'map'"));
  expect(fault).toMatchObject({
    source: 'uncaught',
    at: expect.stringMatching(/^src\/catalogue\.ts:\d+:\d+$/),
  });
  expect(String(fault?.['code'])).toMatch(/^> \d+ \|/m);
  expect(JSON.stringify(shown['interactions'])).toContain('#coupon');
  await until(
    'the page has loaded',
    async () => Reflect.get((await page(shop))['performance'] as object, 'load_ms') !== null,
  );
});

test('exec: values, console, thrown errors with their place; two tabs; no page', async () => {
  const { shop, browser, tab } = await visit();
  const exec = (code: string, more = {}) => shop.session.call('proxy', { action: 'exec', id: 'shop', code, ...more });
  expect((await exec('document.title')).data).toMatchObject({
    value: 'Shop',
    type: 'string',
    page: expect.stringMatching(/^page_\d+$/),
  });
  expect(
    (await exec(`console.warn('hi'); return await fetch('/api/products').then((r) => r.status)`)).data,
  ).toMatchObject({ value: 200, console: ['warn: hi'] });
  const { text } = await shop.session.ok('proxylog', { action: 'query', proxy_id: 'shop', types: ['execution'] });
  expect(text.split('\n')[0]).toMatch(/^run_\d+ [\d:.]+ page_\d+ ok \d+ ms document\.title → string "Shop"$/);
  const thrown = await exec(`throw new RangeError('out')`);
  expect(thrown).toMatchObject({ isError: true, data: { error: 'exec_failed', message: 'RangeError: out' } });
  expect((await exec('return (')).data).toMatchObject({ error: 'invalid_argument', parameter: 'code' });
  expect((await exec('new Promise(() => {})', { timeout_ms: 200 })).data).toMatchObject({ error: 'timeout' });

  const [first] = await pages(shop);
  const other = await browser.open(`${shop.url}?other`);
  await until('two pages', async () => (await pages(shop)).length === 2);
  await other.evaluate(`document.title = 'Other'`);
  expect((await exec('document.title', { page: first?.['id'] })).data).toMatchObject({ value: 'Shop' });
  await other.close();
  await tab.close();
  await until('all are closed', async () => (await pages(shop)).every(({ active }) => active === false));
  expect((await exec('1')).data).toMatchObject({ error: 'no_page' });
});

test("what a page's own code wants in the log, before the socket is open too", async () => {
  const { shop, browser } = await visit();
  const tab = await browser.open(`${shop.url}?own`);
  await tab.evaluate(`(() => { const cart = { items: 2 }; cart.self = cart; __devtool.log('cart', 'warn', cart); })()`);
  const line = /^cus_\d+ [\d:.]+ page_\d+ warn: cart \{"items":2,"self":"\[circular\]"\}$/m;
  await until('it has come', async () => {
    const { text } = await shop.session.ok('proxylog', { action: 'query', proxy_id: 'shop', types: ['custom'] });
    return line.test(text);
  });
});

test('the proxy is restarted while a page is open: it goes on without a reload', async () => {
  const { shop, tab } = await visit();
  const [before] = await pages(shop);
  await shop.session.ok('proxy', { action: 'restart', id: 'shop' });
  await tab.evaluate(`console.error(new Error('while away'))`);
  await until('the error has come', async () =>
    (await page(shop)).errors.some(({ message }) => message === 'Error: while away'),
  );
  const { data } = await shop.session.ok('proxy', { action: 'exec', id: 'shop', code: '40 + 2' });
  expect(data).toMatchObject({ value: 42 });
  expect(tab.loads).toHaveLength(1);
  expect((await page(shop))['tab']).toBe(before?.['tab']);
});
