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
  // The page's own fault comes with its next frame, and a tab behind another one draws none.
  const shows = (one: typeof direct, words: string) =>
    until(words, () => one.console.some((line) => line.includes(words)));
  await shows(direct, 'renderRecommendations');
  const tab = await browser.open(shop.url);
  await tab.until(`document.querySelectorAll('#catalogue > *').length > 0`);
  await shows(tab, 'renderRecommendations');
  // An edit before that is nobody's.
  await shows(tab, '[vite] connected');
  await tab.evaluate('window.__kept = 7');
  shop.edit('src/style.css', (css) => `${css}\nh1 { color: rgb(1, 2, 3); }\n`);
  await tab.until(`getComputedStyle(document.querySelector('h1')).color === 'rgb(1, 2, 3)'`);
  expect(await tab.evaluate('window.__kept')).toBe(7);
  expect(tab.loads).toEqual([shop.url]);
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
