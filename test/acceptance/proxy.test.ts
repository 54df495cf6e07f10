/** `proxy` and `proxylog` through MCP stdio on the built program, with real servers and sockets. */

import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { type Session, sharedSession, until, world } from './harness.ts';

const shared = sharedSession();
const servers: Server[] = [];
afterEach(async () => {
  await shared().call('proxy', { action: 'stop', id: 'web' });
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  port = 0,
): Promise<{ url: string; server: Server; port: number }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  servers.push(server);
  const bound = (server.address() as AddressInfo).port;
  return { url: `http://localhost:${bound}`, server, port: bound };
}

const json = (_: unknown, response: ServerResponse) =>
  response.setHeader('content-type', 'application/json').end('{"ok":true}');

async function start(
  answer = json as (request: IncomingMessage, response: ServerResponse) => void,
  more: Record<string, unknown> = {},
  session: Session = shared(),
) {
  const { url, server } = await serve(answer);
  const { data } = await session.ok('proxy', { action: 'start', id: 'web', target_url: url, ...more });
  return { session, url: String(data['url']), target: url, server, data };
}

const lines = async (session: Session, more: Record<string, unknown> = {}): Promise<string[]> => {
  const { text } = await session.ok('proxylog', { action: 'query', proxy_id: 'web', ...more });
  return text.split('\n').slice(0, -1);
};
const entry = (session: Session, entry_id: string, more = {}) =>
  session.ok('proxylog', { action: 'get', proxy_id: 'web', entry_id, ...more });

/** Of the answer to a request that no client would make. */
function statusLine(port: number, head: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(`${head}\r\nConnection: close\r\n\r\n`));
    let text = '';
    socket.on('data', (chunk) => {
      text += String(chunk);
    });
    socket.on('close', () => resolve(text.split('\r\n')[0] ?? ''));
  });
}

describe('proxy', () => {
  test('start, status, list, reuse, restart, stop: every field, and the port is free again', async () => {
    const { session, url, target, data } = await start();
    expect(data).toMatchObject({
      id: 'web',
      target_url: target,
      running: true,
      total_requests: 0,
      active_connections: 0,
      pages: 0,
      restart_count: 0,
      last_error: null,
      reused: false,
    });
    expect(data['log']).toEqual({ total: 0, available: 0, dropped: 0, max_size: 1_000 });
    expect(await (await fetch(`${url}x`)).json()).toEqual({ ok: true });
    expect((await session.ok('proxy', { action: 'start', id: 'web', target_url: target })).data).toMatchObject({
      reused: true,
      total_requests: 1,
    });
    expect((await session.ok('proxy', { action: 'restart', id: 'web' })).data).toMatchObject({
      running: true,
      restart_count: 1,
      url,
    });
    expect(await lines(session)).toHaveLength(1);
    expect((await session.ok('proxy', { action: 'list' })).data).toMatchObject({ active_count: 1 });
    await session.ok('proxy', { action: 'stop', id: 'web' });
    await expect(fetch(url)).rejects.toThrow();
    expect((await session.ok('proxy', { action: 'list' })).data).toMatchObject({ proxies: [], active_count: 0 });
  });

  test('a port that is taken is named with its holder; a target that is none is refused', async () => {
    const { session, target } = await start();
    const other = await serve(json);
    const taken = await session.call('proxy', { action: 'start', id: 'b', target_url: target, port: other.port });
    expect(taken.data).toMatchObject({ error: 'port_in_use', port: other.port });
    expect(taken.text).toContain(String(process.pid));
    expect((await session.call('proxy', { action: 'start', target_url: 'ftp://x' })).data).toMatchObject({
      error: 'invalid_argument',
    });
    expect((await session.call('proxy', { action: 'status', id: 'wep' })).text).toMatch(/^not_found: .*web/s);
  });

  test('a path in target_url is where to begin, and no part of the target: every path passes as it is', async () => {
    const paths: (string | undefined)[] = [];
    const other = await serve((request, response) => {
      paths.push(request.url);
      response.end();
    });
    const session = shared();
    const target_url = `http://localhost:${other.port}`;
    const { data } = await session.ok('proxy', { action: 'start', id: 'p', target_url: `${target_url}/app/?a=1` });
    const url = String(data['url']);
    expect(data).toMatchObject({
      target_url,
      open_url: `${url}app/?a=1`,
      message: `Started: open ${url}app/?a=1 instead of ${target_url}/app/?a=1`,
    });
    await fetch(String(data['open_url']));
    await fetch(`${url}other`);
    expect(paths).toEqual(['/app/?a=1', '/other']);
    await session.ok('proxy', { action: 'stop', id: 'p' });
  });

  test.each([
    ['of its own directory', {}],
    ['of another', { path: tmpdir() }],
  ])('it follows a process %s, also when that starts again elsewhere', async (_, where) => {
    const session = shared();
    const code = `require('http').createServer((q, r) => r.end(process.argv[1])).listen(0, '127.0.0.1', function () { console.log('http://localhost:' + this.address().port) })`;
    const run = (word: string) =>
      session.ok('run', { command: process.execPath, args: ['-e', code, word], id: 'srv', wait_for: 'ready' });
    await run('one');
    const { data } = await session.ok('proxy', { action: 'start', id: 'web', process_id: 'srv', ...where });
    const url = String(data['url']);
    expect(await (await fetch(url)).text()).toBe('one');
    await session.ok('proc', { action: 'stop', process_id: 'srv' });
    expect((await fetch(url)).status).toBe(502);
    await run('two');
    await until('the proxy has followed', async () => (await (await fetch(url)).text()) === 'two');
    await session.ok('proxy', { action: 'stop', id: 'web', ...where });
    await session.ok('proc', { action: 'stop', process_id: 'srv' });
  });

  test('a foreign Host is 421, a page from elsewhere gets no token, internal paths stay here', async () => {
    const seen: string[] = [];
    const { url } = await start((request, response) => {
      seen.push(request.url ?? '');
      response.end('x');
    });
    const { port } = new URL(url);
    const raw = (head: string) => statusLine(Number(port), head);
    expect(await raw(`GET / HTTP/1.1\r\nHost: evil.test:${port}`)).toBe('HTTP/1.1 421 Misdirected Request');
    expect(await raw(`POST /__devtool/token HTTP/1.1\r\nHost: localhost:${port}\r\nOrigin: http://evil.test`)).toMatch(
      / 403 /,
    );
    expect(await raw(`POST /__devtool/token HTTP/1.1\r\nHost: localhost:${port}\r\nOrigin: null`)).toMatch(/ 403 /);
    expect(
      await raw(
        `GET /__devtool/socket?token=x HTTP/1.1\r\nHost: localhost:${port}\r\nOrigin: http://localhost:${port}\r\nUpgrade: websocket\r\nConnection: upgrade`,
      ),
    ).toMatch(/ 403 /);
    expect(await raw(`GET /__devtool/nothing HTTP/1.1\r\nHost: localhost:${port}`)).toMatch(/ 404 /);
    expect(seen).toEqual([]);
  });
});

describe('proxylog', () => {
  test('a line an entry, filters, cursor, order', async () => {
    const { session, url } = await start((request, response) => {
      response.statusCode = request.url?.startsWith('/bad') ? 500 : 200;
      response.end('hello');
    });
    for (const path of ['a', 'bad/1', 'c?x=1', 'bad/2']) await (await fetch(url + path)).text();
    await (await fetch(`${url}form`, { method: 'POST', body: 'k=v' })).text();
    const all = await lines(session);
    expect(all).toHaveLength(5);
    expect(all[1]).toMatch(/^req_\d+ \d\d:\d\d:\d\d\.\d{3} GET \/bad\/1 500 [\d.]+ ms 5 B$/);
    expect(await lines(session, { status_codes: ['5xx'] })).toHaveLength(2);
    expect(await lines(session, { status_codes: [200], methods: ['post'] })).toHaveLength(1);
    expect(await lines(session, { url_pattern: '/c?' })).toHaveLength(1);
    expect(await lines(session, { url_pattern: '/bad.\\d$/' })).toHaveLength(2);
    expect(await lines(session, { limit: 2 })).toEqual(all.slice(-2));
    expect(await lines(session, { order: 'desc' })).toEqual([...all].reverse());
    expect(await lines(session, { since: '1h', until: '1s' })).toBeInstanceOf(Array);
    const { meta } = await session.ok('proxylog', { action: 'query', proxy_id: 'web' });
    expect(meta).toMatchObject({ lines: 5, total: 5, dropped: 0, truncated: false });
    await (await fetch(`${url}new`)).text();
    expect(await lines(session, { after: meta['cursor'] })).toMatchObject([expect.stringContaining('/new')]);
    expect((await session.call('proxylog', { action: 'query', since: 'soon' })).data).toMatchObject({
      error: 'invalid_argument',
      parameter: 'since',
    });
    expect((await session.call('proxylog', { action: 'query', url_pattern: '/(/' })).data).toMatchObject({
      error: 'invalid_argument',
    });
  });

  test('one entry in full: heads, decoded bodies, timing; secrets hidden unless revealed', async () => {
    const { session, url } = await start((request, response) => {
      request.resume();
      response
        .setHeader('content-type', 'application/json')
        .setHeader('content-encoding', 'gzip')
        .setHeader('set-cookie', 'sid=verysecretvalue123');
      response.end(gzipSync('{"password":"hunter2secret","ok":true}'));
    });
    await (
      await fetch(`${url}login?api_key=abcdef123456789`, {
        method: 'POST',
        headers: { authorization: 'Bearer tokentoken123456', 'x-plain': 'shown' },
        body: 'user=me&password=hunter2secret',
      })
    ).text();
    const [line = ''] = await lines(session);
    const id = line.split(' ')[0] ?? '';
    const { data, text } = await entry(session, id);
    for (const secret of ['hunter2secret', 'tokentoken123456', 'verysecretvalue123', 'abcdef123456789'])
      expect(text).not.toContain(secret);
    expect(text).toContain('shown');
    expect(data).toMatchObject({
      id,
      type: 'http',
      method: 'POST',
      status: 200,
      outcome: 'complete',
      page: null,
      timing: { total_ms: expect.any(Number), first_byte_ms: expect.any(Number), connect_ms: expect.any(Number) },
    });
    const shown = (await entry(session, id, { reveal: true })).data as {
      request: { headers: string[][]; body: { text: string } };
      response: { body: { text: string } };
    };
    expect(shown.request.body.text).toBe('user=me&password=hunter2secret');
    expect(shown.response.body.text).toBe('{"password":"hunter2secret","ok":true}');
    expect(shown.request.headers).toContainEqual(['authorization', 'Bearer tokentoken123456']);
    expect((await session.call('proxylog', { action: 'get', entry_id: 'req_999999' })).data).toMatchObject({
      error: 'not_found',
    });
  });

  test('the status that the browser got is told, also where the proxy itself has answered', async () => {
    const { session, url, server } = await start();
    expect(await statusLine(Number(new URL(url).port), 'GET / HTTP/1.1\r\nHost: evil.test')).toMatch(/ 421 /);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    const down = await fetch(`${url}x`);
    expect([down.status, await down.text()]).toEqual([502, expect.stringMatching(/ECONNREFUSED \S*:\d+/)]);
    expect(await lines(session, { status_codes: [421] })).toEqual([expect.stringMatching(/GET \/ 421 refused/)]);
    expect(await lines(session, { status_codes: ['5xx'] })).toEqual([
      expect.stringMatching(/GET \/x 502 unreachable .*ECONNREFUSED/),
    ]);
  });

  test('a request that the proxy cannot read is told too, without what its fields hold', async () => {
    const { session, url } = await start();
    const port = Number(new URL(url).port);
    const fields = Array.from({ length: 250 }, (_, i) => `X-${i}: canary-of-a-field`).join('\r\n');
    const heads = [
      `GET /many?token=canary-of-a-query HTTP/1.1\r\nHost: localhost:${port}\r\n${fields}`,
      `POST /both HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Length: 1\r\nTransfer-Encoding: chunked`,
      `G@T /canary-of-no-target HTTP/1.1\r\nHost: localhost:${port}`,
    ];
    for (const head of heads) await statusLine(port, head);
    const told = await lines(session);
    expect(told).toEqual([
      expect.stringMatching(/^req_\d+ \S+ GET \/many\?token=\[redacted \w+\] 431 refused .*\(more than 200 fields\)$/),
      expect.stringMatching(/^req_\d+ \S+ POST \/both 400 refused .*both Transfer-Encoding and Content-Length/),
      expect.stringMatching(/^req_\d+ \S+ - {2}400 refused .*request line/),
    ]);
    expect(told.slice(0, 2).join()).not.toContain('canary');
    const { data } = await session.ok('proxy', { action: 'status', id: 'web' });
    expect(data).toMatchObject({ total_requests: 3, log: { total: 3, available: 3, dropped: 0 } });
    const entry_id = told[0]?.split(' ')[0];
    expect(await session.call('proxylog', { action: 'replay', proxy_id: 'web', entry_id })).toMatchObject({
      isError: true,
      data: { error: 'unsupported', entry_id },
    });
  });

  test('a page that is none is an error; an empty list asks for all; a foreign cursor leaves nothing out', async () => {
    const { session, url } = await start(json, {}, await (await world()).connect());
    await (await fetch(`${url}x`)).text();
    const unknown = await session.call('proxylog', { action: 'query', proxy_id: 'web', page: 'page_7' });
    expect(unknown.data, unknown.text).toMatchObject({ error: 'not_found', page: 'page_7', near: [] });
    for (const filter of [{ types: [] }, { methods: [] }, { status_codes: [] }, { after: 1e12 }])
      expect(await lines(session, filter), JSON.stringify(filter)).toHaveLength(1);
    const one = await session.ok('timeline', { after: 1e15 });
    expect(one.meta).toMatchObject({ lines: 1 });
    expect(Number(one.meta['cursor'])).toBeLessThan(1e15);
  });

  test('what hangs now is pending; what the target broke off says so', async () => {
    const hanging: ServerResponse[] = [];
    const { session, url } = await start((request, response) => {
      if (request.url === '/hang') hanging.push(response);
      else response.socket?.destroy();
    });
    const waiting = fetch(`${url}hang`);
    await until('it hangs', () => hanging.length === 1);
    expect((await lines(session))[0]).toMatch(/GET \/hang pending /);
    expect((await fetch(`${url}gone`, { method: 'POST' })).status).toBe(502);
    hanging[0]?.end('x');
    await (await waiting).text();
    await until('both are over', async () => (await lines(session)).every((line) => !line.includes('pending')));
    expect((await lines(session))[1]).toMatch(/POST \/gone 502 upstream_aborted/);
  });

  test('a stream under way tells what has come of it', async () => {
    const { session, url } = await start((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(`data: ${'x'.repeat(1_000)}\n\n`);
    });
    const cancelled = new AbortController();
    const { body } = await fetch(`${url}events`, { signal: cancelled.signal });
    await body?.getReader().read();
    await until('it has come', async () =>
      / pending \d+(?:\.\d)? ms 1\.0 kB$/m.test((await lines(session)).join('\n')),
    );
    cancelled.abort();
  });

  test('WebSocket messages, events, summary, stats, clear, HAR', async () => {
    const { session, url, server } = await start((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end('data: one\n\ndata: two\n\n');
    });
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(`echo ${String(data)}`)));
    const socket = new WebSocket(url.replace('http', 'ws'));
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send('hello '.repeat(300));
    await new Promise((resolve) => socket.once('message', resolve));
    socket.close();
    await new Promise((resolve) => socket.once('close', resolve));
    sockets.close();
    await (await fetch(`${url}events`)).text();
    await until('all is logged', async () => (await lines(session, { types: ['websocket'] })).length >= 6);
    const messages = await lines(session, { types: ['websocket'], limit: 50 });
    expect(messages.some((line) => / out text 1\.8 kB hello hello/.test(line))).toBe(true);
    expect(messages.some((line) => / in text 1\.8 kB echo hello/.test(line))).toBe(true);
    expect(messages.filter((line) => /^sse_\d+ .* in event 10 B data: (one|two)/.test(line))).toHaveLength(2);
    const { data } = await session.ok('proxylog', { action: 'summary', proxy_id: 'web' });
    expect(data).toMatchObject({ requests: 2, by_method: { GET: 2 }, failed: 0 });
    expect((await session.ok('proxylog', { action: 'stats', proxy_id: 'web' })).data).toMatchObject({
      http: { total: 2, available: 2, dropped: 0 },
    });
    const har = (await session.ok('proxylog', { action: 'har', proxy_id: 'web' })).data;
    const { log } = JSON.parse(readFileSync(String(har['file']), 'utf8'));
    expect(log).toMatchObject({ version: '1.2', creator: { name: 'devtool-mcp' } });
    expect(log.entries).toHaveLength(2);
    expect((await session.ok('proxylog', { action: 'clear', proxy_id: 'web' })).data).toMatchObject({ cleared: 2 });
    expect(await lines(session)).toEqual([]);
  });

  test('nothing of the log is lost with a worker', async () => {
    const { session, url } = await start();
    for (let i = 0; i < 30; i++) await (await fetch(`${url}${i}`)).text();
    await session.ok('proxy', { action: 'restart', id: 'web' });
    expect(await lines(session, { limit: 100 })).toHaveLength(30);
    await (await fetch(`${url}after`)).text();
    expect((await lines(session, { limit: 100 })).at(-1)).toContain('/after');
  });
});
