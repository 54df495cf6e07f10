/** `errors` and `timeline` on the example shop: each of its faults, with its place and what is behind it, in few bytes. */
import { expect, test } from 'vitest';
import { until } from '../acceptance/harness.ts';
import { launch } from './chromium.ts';
import { openShop } from './shop.ts';

test('every fault of the shop is told once, with its file and line and its cause', async () => {
  const shop = await openShop();
  const browser = await launch();
  const tab = await browser.open(shop.url);
  const inbox = async (more = {}) => (await shop.session.ok('errors', more)).text;
  await tab.until(`document.querySelectorAll('#catalogue > *').length > 0`);
  // Each fault follows its own request, as when a person clicks.
  await until('the first fault is told', async () => (await inbox()).includes("reading 'map'"));
  await tab.click('#coupon');
  await until('the inbox has them', async () => {
    const text = await inbox();
    return ["reading 'map'", 'expired', 'statistics.invalid', 'did not load'].every((word) => text.includes(word));
  });
  const text = await inbox();
  const line = (word: string): string =>
    text
      .split('\n')
      .filter((each) => each.includes(word))
      .join(' | ');
  expect(line("reading 'map'")).toMatch(
    /^error page TypeError: .* src\/catalogue\.ts:\d+:\d+ ← GET \/api\/recommendations 500 \(req_\d+\) \[err_\d+\] \d\d:\d\d:\d\d$/,
  );
  expect(line('expired')).toMatch(
    /^error page Error: coupon SPRING has expired src\/main\.ts:\d+:\d+ ← POST \/api\/coupon 410 \(req_\d+\)/,
  );
  expect(line('statistics.invalid')).toMatch(/^error page policy script-src/);
  expect(text.match(/reading 'map'/g)).toHaveLength(1);
  expect(text.match(/api\/recommendations/g)).toHaveLength(1);
  expect(Buffer.byteLength(text)).toBeLessThan(2_000);

  const { meta } = await shop.session.ok('errors');
  expect((await inbox({ after: meta['cursor'] })).split('\n')).toHaveLength(1);

  const id = /\[(err_\d+)\]/.exec(line("reading 'map'"))?.[1] ?? '';
  const around = (await shop.session.ok('timeline', { around: id, window_ms: 2_000 })).text;
  expect(around).toMatch(/^\d\d:\d\d:\d\d\.\d{3} http req_\d+ GET \/api\/recommendations 500/m);
  expect(around).toMatch(new RegExp(`^\\d\\d:\\d\\d:\\d\\d\\.\\d{3} err  ${id} page_\\d+ TypeError`, 'm'));
  const clicks = (await shop.session.ok('timeline', { kinds: ['interaction', 'process'] })).text;
  expect(clicks).toMatch(/act {2}act_\d+ page_\d+ click #coupon/);
  expect(clicks).toMatch(/proc dev started, pid \d+/);
  expect((await shop.session.call('timeline', { around: 'req_999999' })).data).toMatchObject({ error: 'not_found' });
});
