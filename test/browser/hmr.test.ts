/** Hot module replacement through the proxy, in a real browser. */
import { expect, test } from 'vitest';
import { until } from '../acceptance/harness.ts';
import { launch } from './chromium.ts';
import { openShop } from './shop.ts';

test('Vite: an edit reaches the page without a reload, and the console shows nothing that it did not show before', async () => {
  const shop = await openShop();
  const browser = await launch();
  const direct = await browser.open(`${shop.direct}/`);
  await direct.until(`document.querySelectorAll('#catalogue > *').length > 0`);
  const tab = await browser.open(shop.url);
  await tab.until(`document.querySelectorAll('#catalogue > *').length > 0`);
  await tab.evaluate('window.__kept = 7');
  shop.edit('src/style.css', (css) => `${css}\nh1 { color: rgb(1, 2, 3); }\n`);
  await tab.until(`getComputedStyle(document.querySelector('h1')).color === 'rgb(1, 2, 3)'`);
  expect(await tab.evaluate('window.__kept')).toBe(7);
  expect(tab.loads).toEqual([shop.url]);
  // The page's own fault, which a slow machine shows late.
  const hasFault = ({ console }: typeof tab) => console.some((line) => line.includes('renderRecommendations'));
  await until('the fault of the page itself', () => hasFault(direct) && hasFault(tab));
  const plain = (lines: readonly string[]) =>
    [...new Set(lines.map((line) => line.replace(/localhost:\d+/g, 'HOST').replace(/\?t=\d+/g, '')))].sort();
  expect(plain(tab.console).filter((line) => !line.includes('hot updated'))).toEqual(
    plain(direct.console).filter((line) => !line.includes('hot updated')),
  );
});

test('the dev server is restarted elsewhere: the page comes back by itself', async () => {
  const shop = await openShop();
  const browser = await launch();
  const tab = await browser.open(shop.url);
  await tab.until(`document.querySelectorAll('#catalogue > *').length > 0`);
  await shop.session.ok('proc', { action: 'stop', process_id: 'dev' });
  await tab.goto(shop.url);
  expect(await tab.evaluate('document.body.innerText')).not.toContain('Catalogue');
  await shop.session.ok('run', { script_name: 'dev', args: ['--port', '0'] });
  await tab.until(`document.querySelectorAll('#catalogue > *').length > 0`);
  const { data } = await shop.session.ok('proxy', { action: 'status', id: 'shop' });
  expect(data['target_url']).not.toBe(shop.direct);
});
