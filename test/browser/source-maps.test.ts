/** A script that says where its map is in a field of its answer, not in a comment: told by its source all the same. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { until, world } from '../acceptance/harness.ts';
import { launch } from './chromium.ts';

const MAP = {
  version: 3,
  sources: ['../src/cart.ts'],
  sourcesContent: ['throw new Error("x");'],
  names: [],
  mappings: 'AAAA',
};
const DOCUMENT =
  '<!doctype html><html><head><link rel="icon" href="data:,"></head><body><script src="/out/cart.js"></script></body></html>';
const ANSWERS: Readonly<Record<string, readonly [string, string]>> = {
  '/': ['text/html', DOCUMENT],
  '/out/cart.js': ['text/javascript', `throw new Error('of the cart');`],
  '/out/cart.js.map': ['application/json', `)]}'\n${JSON.stringify(MAP)}`],
};

test.each(['SourceMap', 'X-SourceMap'])('%s', async (field) => {
  const server = createServer(({ url = '/' }, response) => {
    const [type, body] = ANSWERS[url] ?? ['text/plain', 'nothing'];
    if (type === 'text/javascript') response.setHeader(field, 'cart.js.map');
    response.setHeader('content-type', type).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const session = await (await world()).connect();
  const target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { data } = await session.ok('proxy', { action: 'start', id: 'web', target_url: target });
  await (await launch()).open(String(data['url']));
  const said = async () => (await session.ok('errors', {})).text;
  await until('the error is told', async () => (await said()).includes('of the cart'));
  expect(await said()).toContain('Error: of the cart src/cart.ts:1:1');
});
