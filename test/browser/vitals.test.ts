/** Web Vitals and what they were of, as an agent is told them: through MCP, the built program, and a real browser. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { until, world } from '../acceptance/harness.ts';
import { launch } from './chromium.ts';

const PAGE = `<!doctype html><html><head><title>Vitals</title><link rel="icon" href="data:,"></head><body style="margin:0">
<h1 id="title" style="font:80px sans-serif;margin:0">The largest text of all that is here</h1>
<button id="buy" style="width:200px;height:60px">buy</button><p class="text">text</p>
<script>
document.querySelector('#buy').onclick = () => { const end = performance.now() + 260; while (performance.now() < end); };
function shift() { const box = document.createElement('div'); box.style.height = '300px'; document.body.prepend(box); }
function grow() { document.querySelector('.text').outerHTML = '<div id="hero" style="font:90px sans-serif">' + 'Larger than the title was. '.repeat(9) + '</div>'; }
</script></body></html>`;

test('largest paint, layout shift and slowest interaction, each with its element', async () => {
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(PAGE));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const session = await (await world()).connect();
  const target = `http://localhost:${(server.address() as AddressInfo).port}`;
  const { data } = await session.ok('proxy', { action: 'start', id: 'web', target_url: target });
  const tab = await (await launch()).open(String(data['url']));
  const performance = async (): Promise<Record<string, unknown>> => {
    const got = await session.call('currentpage', { action: 'get', proxy_id: 'web' });
    const page = got.data['page'] as Record<string, unknown> | undefined;
    return (page?.['performance'] ?? {}) as Record<string, unknown>;
  };

  await until('the first paint is told', async () => (await performance())['lcp_element'] === '#title');
  expect(await performance()).toMatchObject({
    load_ms: expect.any(Number),
    first_contentful_paint_ms: expect.any(Number),
    lcp_ms: expect.any(Number),
    cls: 0,
    cls_element: null,
    inp_ms: null,
    inp_element: null,
  });
  await tab.evaluate('grow()');
  await until('a larger paint is told', async () => (await performance())['lcp_element'] === '#hero');
  await tab.evaluate('shift()');
  await until('the shift is told', async () => Number((await performance())['cls']) > 0.05);
  expect((await performance())['cls_element']).toMatch(/^#(title|hero|buy)$/);
  await tab.click('#buy');
  await until('the interaction is told', async () => Number((await performance())['inp_ms']) >= 200);
  expect(await performance()).toMatchObject({ inp_element: '#buy', lcp_element: '#hero' });

  const { text } = await session.ok('timeline', { kinds: ['performance'] });
  expect(text).toMatch(/ perf perf_\d+ page_\d+ (load \d+ ms, )?LCP \d+ ms #title$/m);
  expect(text).toMatch(/ page_\d+ LCP \d+ ms #hero$/m);
  expect(text).toMatch(/ page_\d+ layout shift 0\.\d+ #(title|hero|buy)$/m);
  expect(text).toMatch(/ page_\d+ slow (pointerdown|pointerup|click) \d+ ms #buy$/m);
});
