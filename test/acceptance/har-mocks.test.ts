/** A recorded back end, exported as HAR, imported as rules, serves the same entries when the back end is gone. */
import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { harSchema } from '../tools/har-schema.ts';
import { type Session, until, world } from './harness.ts';

let visits = 0;
const ROUTES: Readonly<Record<string, (response: ServerResponse) => void>> = {
  '/json': (response) => response.setHeader('content-type', 'application/json').end('{"näme":"käse"}'),
  '/chunked': (response) => {
    response.setHeader('content-type', 'text/plain; charset=utf-8').write('one ');
    response.end('two');
  },
  '/gzip': (response) => {
    response.setHeader('content-type', 'application/json').setHeader('content-encoding', 'gzip');
    response.end(gzipSync('{"zipped":true}'));
  },
  '/bytes': (response) => response.setHeader('content-type', 'image/png').end(Buffer.from([0, 255, 128, 10, 13])),
  '/moved?to=there': (response) => response.writeHead(302, { location: '/json', 'set-cookie': ['a=1', 'b=2'] }).end(),
  '/nothing': (response) => response.writeHead(204).end(),
  '/broken': (response) => response.writeHead(500, { 'content-type': 'text/html' }).end('<h1>no</h1>'),
  '/visits': (response) => response.setHeader('content-type', 'text/plain').end(String(++visits)),
};
const ASKED = [
  '/json',
  '/chunked',
  '/gzip',
  '/bytes',
  '/moved?to=there',
  '/nothing',
  '/broken',
  '/visits',
  '/visits',
  '/visits',
  '/none',
];

interface Entry {
  request: { method: string; url: string };
  response: { status: number; headers: { name: string; value: string }[]; content: Record<string, unknown> };
}

/** What a HAR says of its answers, without what is of one connection, one moment or one coding. */
function entriesIn(file: string): unknown[] {
  const har = JSON.parse(readFileSync(file, 'utf8'));
  expect(() => harSchema.parse(har)).not.toThrow();
  const own = /^(?:date|connection|keep-alive|transfer-encoding|content-length|content-encoding)$/i;
  return har.log.entries.map(({ request, response }: Entry) => ({
    asked: `${request.method} ${request.url}`,
    status: response.status,
    headers: response.headers
      .filter(({ name }) => !own.test(name))
      .map(({ name, value }) => `${name.toLowerCase()}: ${value}`),
    text: response.content['text'] ?? '',
    encoding: response.content['encoding'] ?? null,
  }));
}

async function record(session: Session, url: string): Promise<string> {
  await session.ok('proxylog', { action: 'clear' });
  for (const path of ASKED) await (await fetch(url + path, { redirect: 'manual' })).arrayBuffer();
  await until('all are over', async () => {
    const { text } = await session.ok('proxylog', { action: 'query', types: ['http'] });
    return (
      text.split('\n').filter((one) => one.startsWith('req_')).length === ASKED.length && !text.includes('pending')
    );
  });
  return String((await session.ok('proxylog', { action: 'har', reveal: true })).data['file']);
}

test('what was recorded is served again, entry by entry, with nobody behind the proxy', async () => {
  const server = createServer((request, response) => {
    const route = ROUTES[request.url ?? ''];
    if (route === undefined) response.writeHead(404).end('none');
    else route(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const session = await (await world()).connect();
  const target = `http://localhost:${(server.address() as AddressInfo).port}`;
  const { data } = await session.ok('proxy', { action: 'start', id: 'web', target_url: target });
  const url = String(data['url']).replace(/\/$/, '');
  const first = await record(session, url);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  const imported = await session.ok('proxy', { action: 'rules', har: first });
  expect(imported.data).toMatchObject({ added: ASKED.length, total: ASKED.length });
  expect(Object.values(imported.data['skipped'] as object).every((count) => count === 0)).toBe(true);
  const second = await record(session, url);
  expect(entriesIn(second)).toEqual(entriesIn(first));
  // The last answer to a request is given for ever.
  expect(await (await fetch(`${url}/visits`)).text()).toBe('3');
  const refused = await session.call('proxy', { action: 'rules', har: `${first}.none` });
  expect(refused.data).toMatchObject({ error: 'invalid_argument', parameter: 'har' });
});
