/** `errors` and `timeline` on the example shop: each of its faults, with its place and what is behind it, in few bytes. */
import { expect, test } from 'vitest';
import { until } from '../acceptance/harness.ts';
import { launch } from './chromium.ts';
import { openShop } from './shop.ts';
import { openSite } from './site.ts';

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

const page = (script: string): string =>
  `<!doctype html><html><head><link rel="icon" href="data:,"></head><body>\n<script>${script}</script></body></html>`;

test('an answer that is no JSON is told with its request, though the browser tells its page nothing', async () => {
  const site = await openSite({
    '/': page(`(async () => { const answer = await fetch('/api/html'); const { items } = await answer.json(); })();
fetch('/api/cut').then((answer) => answer.json()).catch((error) => console.error('cart is broken:', error));
window.done = fetch('/api/other').then((answer) => answer.json()).then(() => 'read', (error) => error.constructor === SyntaxError);`),
    '/api/html': '<!doctype html><p>log in',
    '/api/cut': { body: '{"items":', type: 'application/json' },
    '/api/other': { body: '', type: 'application/json' },
  });
  const tab = await site.open();
  expect(await tab.evaluate('done')).toBe(true);
  const text = await site.told('/api/html', 'cart is broken');
  expect(text).toMatch(
    /^warning page reading \/api\/html failed: SyntaxError: .* is not valid JSON \(req_\d+\) \/:2:\d+ \[err_/m,
  );
  expect(text).toMatch(/^error page cart is broken: SyntaxError: .* \/:3:\d+ ← reading \/api\/cut failed \(req_\d+\)/m);
  // Without the client Chromium says this and no more.
  expect(tab.console).toHaveLength(2);
});

test('what is thrown and printed may be anything', async () => {
  const site = await openSite({
    '/': page(`for (const reason of [undefined, '', 'words', { code: 7 }, new DOMException('no', 'AbortError')]) Promise.reject(reason);
setTimeout(() => { throw ''; });
console.error('while loading %s:', 'cart', new TypeError('of the cart')); console.error(); console.log(window, { window });`),
  });
  await site.open();
  const text = await site.told('of the cart', 'threw', 'AbortError');
  const said = text.split('\n').map((line) => line.replace(/^error page | \[err_.*/g, ''));
  expect(said.slice(0, -1).sort()).toEqual(
    [
      '(nothing was said) /:4:83',
      'AbortError: no',
      'rejected with Object: {"code":7}',
      `rejected with ''`,
      'rejected with undefined',
      'rejected with words',
      `threw '' /:3:20`,
      'while loading cart: TypeError: of the cart /:4:44',
    ].sort(),
  );
  const { text: printed } = await site.session.ok('timeline', { kinds: ['console'] });
  expect(printed).toMatch(/log: \[Window\] \{"window":"\[Window\]"\}$/m);
});

test('a stream that has begun is not slow, an answer that does not come is', async () => {
  const site = await openSite({
    '/': page(`fetch('/stream'); fetch('/never'); new EventSource('/events');`),
    '/stream': (_, response) => void response.write('first'),
    '/events': (_, response) => void response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders(),
    '/never': () => {},
  });
  await site.open();
  const text = await site.told('/never');
  expect(text).toMatch(/^warning http slow GET \/never without an answer [\d.]+ s \[req_/m);
  expect(text).not.toMatch(/stream|events/);
  // That it was made stands there once.
  const moments = (await site.session.ok('timeline')).text;
  expect(moments.match(/GET \/never/g)).toHaveLength(1);
});

test('what a run prints and asks for has its place in the code that was run; statements without return say so', async () => {
  const site = await openSite({
    '/': page(''),
    '/drawing': { body: '<svg xmlns="http://www.w3.org/2000/svg"/>', type: 'image/svg+xml' },
  });
  const run = (code: string) => site.session.call('proxy', { action: 'exec', id: 'web', code });
  await site.open('drawing');
  expect((await run('1')).text).toMatch(
    /^no_page: no page is open \(proxy web\): the document of req_\d+ is image\/svg\+xml, and the page client goes into text\/html alone\. Serve/,
  );
  await site.open();
  await until('the page is open', async () => !(await run('1')).isError);
  expect((await run(`console.error(new Error('of the run')); await fetch('/nothing'); 3`)).data).toMatchObject({
    value: 'undefined',
    note: 'These statements return nothing: put return before what is wanted.',
  });
  expect((await run('void 0')).data).toMatchObject({ value: 'undefined', note: null });
  const text = await site.told('of the run', '/nothing');
  expect(text).toMatch(/^error page Error: of the run code:1:15 \[err_/m);
  expect(text).toMatch(/^warning http GET \/nothing 404 code:1:47 \[req_/m);
});

test('what only looks like an error is told in its own words, and a rejection that is handled later is a warning', async () => {
  const site = await openSite({
    '/': page(`setTimeout(() => { throw { name: 'Like', message: 'of another realm', stack: 'Like: x\\n    at f (/y.js:1:2)' } });
const late = Promise.reject(new Error('nobody yet'));
addEventListener('unhandledrejection', () => setTimeout(() => late.catch(() => {})), { once: true });`),
  });
  await site.open();
  const text = await site.told('Like: of another realm', 'handled later');
  expect(text).toMatch(/^error page Like: of another realm /m);
  expect(text).toMatch(/^warning page Error: nobody yet \(handled later\) \S*:3:29 \[err_\d+\]/m);
  expect((await site.session.ok('errors', { severity: 'error' })).text).not.toContain('nobody yet');
  const { text: lines } = await site.session.ok('proxylog', { action: 'query', proxy_id: 'web', types: ['error'] });
  expect(lines).toMatch(/^err_\d+ \S+ page_\d+ handled later: Error: nobody yet$/m);
});
