/** Rules and chaos around a page in a real browser: hot replacement goes on, mocks are drawn, the page is told. */
import { expect, test } from 'vitest';
import { until } from '../acceptance/harness.ts';
import { launch } from './chromium.ts';
import { openShop } from './shop.ts';

const RULES = Array.from({ length: 100 }, (_, n) => ({
  match: { url_pattern: `^/nothing/${n}/\\d+$` },
  respond: { status: 500 },
}));

test('Vite behind a hundred rules and chaos that do not match: an edit reaches the page without a reload; a mock is drawn', async () => {
  const shop = await openShop();
  const chaos = [
    { type: 'packet_loss', url_pattern: '^/nothing' },
    { type: 'latency', url_pattern: '^/nothing', min_latency_ms: 60_000 },
  ];
  await shop.session.ok('proxy', { action: 'rules', rules: RULES });
  await shop.session.ok('proxy', { action: 'chaos', rules: chaos });
  const items = [{ id: 9, name: 'Honey jar', cents: 890, image: '/cup.svg' }];
  const mock = { id: 'stock', match: { path: '/api/recommendations', type: 'fetch' }, respond: { body: { items } } };
  await shop.session.ok('proxy', { action: 'rules', rules: [mock] });
  const browser = await launch();
  const tab = await browser.open(shop.url);
  await tab.until(`document.querySelector('#recommendations h3')?.textContent === 'Honey jar'`);
  await tab.until(`document.querySelectorAll('#catalogue > *').length === 3`);
  // An edit before that is nobody's.
  await until('Vite is connected', () => tab.console.some((line) => line.includes('[vite] connected')));
  await tab.evaluate('window.__kept = 7');
  shop.edit('src/style.css', (css) => `${css}\nh1 { color: rgb(1, 2, 3); }\n`);
  await tab.until(`getComputedStyle(document.querySelector('h1')).color === 'rgb(1, 2, 3)'`);
  expect(await tab.evaluate('window.__kept')).toBe(7);
  expect(tab.loads).toEqual([shop.url]);
  const page = async () => (await shop.session.call('currentpage', { action: 'get' })).data;
  await until('the page has told of itself', async () => 'page' in (await page()));
  const data = await page();
  expect((data['page'] as { notes: string[] }).notes).toEqual([
    '101 rules are in force (proxy rules)',
    'chaos is on: 2 rules (proxy chaos)',
    'rules touched its requests: stock ×1',
  ]);
  const status = await shop.session.ok('proxy', { action: 'chaos' });
  expect(status.data['stats']).toMatchObject({ affected_count: 0 });
});
