/** `proxylog replay` and `diff` through MCP stdio, with a real server behind the proxy. */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { mocksOfHar } from '../../src/tools/har-import.ts';
import { harSchema } from '../tools/har-schema.ts';
import { type Session, sharedSession, until } from './harness.ts';

const shared = sharedSession();
const servers: Server[] = [];
afterEach(async () => {
  await shared().call('proxy', { action: 'stop', id: 'web' });
  for (const server of servers.splice(0)) await close(server);
});

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

interface Got {
  readonly method: string;
  readonly url: string;
  readonly raw: string[];
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

type Answer = (got: Got, response: ServerResponse, count: number) => void;

/** A server that notes what it gets, before a proxy. */
async function stand(answer: Answer) {
  const session = shared();
  const stood = await standIn(session, answer);
  servers.push(stood.server);
  return { session, ...stood };
}

async function standIn(session: Session, answer: Answer) {
  const got: Got[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers, rawHeaders: raw } = request;
    const one = { method, url, raw, headers, body: Buffer.concat(chunks).toString() };
    got.push(one);
    answer(one, response, got.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const target = `http://localhost:${(server.address() as AddressInfo).port}`;
  const { data } = await session.ok('proxy', { action: 'start', id: 'web', target_url: target });
  return { got, server, target, url: String(data['url']) };
}

interface Body {
  as: string;
  same: boolean;
  lines: string[];
  bytes: number[];
  changes: number;
  note: string | null;
}
interface Difference {
  entry_id: string;
  line: string;
  same: boolean;
  request: { line: string | null; headers: string[]; body: Body };
  response: { status: string | null; headers: string[]; volatile: string[]; body: Body };
}

async function idOf(session: Session, part: string): Promise<string> {
  let id = '';
  await until(`${part} is over`, async () => {
    const { text } = await session.ok('proxylog', { action: 'query', url_pattern: part });
    const line = text.split('\n').find((one) => one.startsWith('req_') && !one.includes(' pending '));
    id = line?.split(' ')[0] ?? '';
    return id !== '';
  });
  return id;
}

const replay = async (session: Session, entry_id: string, more: Record<string, unknown> = {}) =>
  (await session.ok('proxylog', { action: 'replay', entry_id, ...more })).data as unknown as Difference;
const refused = async (session: Session, entry_id: string, more: Record<string, unknown> = {}) =>
  session.call('proxylog', { action: 'replay', entry_id, ...more });

test('a JSON request again: body, fields and their order as recorded, a new entry, the difference by path', async () => {
  const { session, url, got } = await stand((_, response, count) => {
    response.setHeader('content-type', 'application/json').setHeader('x-count', String(count));
    response.end(JSON.stringify({ items: [{ price: 11 + count, name: 'salt' }] }));
  });
  const body = JSON.stringify({ name: 'käse', password: 'hunter2secret' });
  const headers = { 'content-type': 'application/json', authorization: 'Bearer tokentoken123456', 'x-two': 'b' };
  await (await fetch(`${url}api/items?page=2`, { method: 'POST', headers, body })).text();
  const id = await idOf(session, '/api/items');
  const { data, text } = await session.ok('proxylog', { action: 'replay', entry_id: id });
  const said = data as unknown as Difference;
  expect(got).toHaveLength(2);
  expect(got[1]?.body).toBe(body);
  const facts = (of: Got | undefined) =>
    of?.raw.filter((_, at) => !/content-length/i.test(of.raw[at - (at % 2)] ?? ''));
  expect(facts(got[1])?.toSorted()).toEqual(facts(got[0])?.toSorted());
  expect(got[1]?.headers['content-length']).toBe(String(Buffer.byteLength(body)));
  expect(said).toMatchObject({ replayed: id, same: false });
  expect(said.entry_id).not.toBe(id);
  expect(said.line).toMatch(new RegExp(`^${said.entry_id} .* POST /api/items\\?page=2 200 `));
  expect(said.response).toMatchObject({
    status: null,
    headers: ['x-count: 1 → 2'],
    body: { as: 'json', same: false, changes: 1, lines: ['$.items[0].price: 12 → 13'] },
  });
  for (const secret of ['hunter2secret', 'tokentoken123456']) expect(text).not.toContain(secret);
  const { data: entry } = await session.ok('proxylog', { action: 'get', entry_id: said.entry_id });
  expect(entry).toMatchObject({ status: 200, outcome: 'complete', page: null });
});

test('edits: method, url, fields set and taken away, a form, a value as JSON', async () => {
  const { session, url, got } = await stand((_, response) => response.end('ok'));
  await (
    await fetch(`${url}form`, { method: 'POST', body: new URLSearchParams('a=1&b=2'), headers: { 'x-old': '1' } })
  ).text();
  const id = await idOf(session, '/form');
  await replay(session, id);
  expect(got[1]).toMatchObject({ body: 'a=1&b=2', headers: { 'x-old': '1' } });
  await replay(session, id, {
    edits: { method: 'put', url: '/other?x=%C3%A9', headers: { 'X-Old': null, 'x-new': 'é' }, body: 'a=3' },
  });
  expect(got[2]).toMatchObject({ method: 'PUT', url: '/other?x=%C3%A9', body: 'a=3' });
  expect(got[2]?.headers).toMatchObject({ 'x-new': 'é', 'content-length': '3' });
  expect(got[2]?.headers['x-old']).toBeUndefined();
  await replay(session, id, { edits: { body: { a: [1, null] }, headers: { 'content-type': null } } });
  expect(got[3]?.body).toBe('{"a":[1,null]}');
  await replay(session, id, { edits: { method: 'GET', body: null } });
  expect(got[4]).toMatchObject({ method: 'GET', body: '' });
  const { data } = await session.ok('proxylog', { action: 'diff', a: id, b: (await replay(session, id)).entry_id });
  expect(data).toMatchObject({ same: true, request: { line: null, body: { same: true } }, response: { status: null } });
});

describe('refused before anything is sent', () => {
  const own = sharedSession();
  let got: Got[] = [];
  let id = '';
  beforeAll(async () => {
    const stood = await standIn(own(), (_got, response) => response.end('ok'));
    await (await fetch(`${stood.url}a`)).text();
    got = stood.got;
    id = await idOf(own(), '/a');
    return () => close(stood.server);
  });

  test.each<[string, unknown, string]>([
    ['an address elsewhere', { url: 'http://evil.test/' }, 'edits.url'],
    ['one without a slash', { url: 'evil' }, 'edits.url'],
    ['a line break', { url: '/a\r\nX: y' }, 'edits.url'],
    ['a space', { url: '/a b' }, 'edits.url'],
    ['our own paths', { url: '/__devtool/token' }, 'edits.url'],
    ['a tunnel', { method: 'CONNECT' }, 'edits.method'],
    ['no method', { method: 'G T' }, 'edits.method'],
    ['Host', { headers: { Host: 'evil.test' } }, 'edits.headers.Host'],
    ['framing', { headers: { 'Transfer-Encoding': 'chunked' } }, 'edits.headers.Transfer-Encoding'],
    ['a length', { headers: { 'content-length': '3' } }, 'edits.headers.content-length'],
    ['a field of two lines', { headers: { 'x-a': 'b\r\nc: d' } }, 'edits.headers.x-a'],
    ['a name that is none', { headers: { 'x a': 'b' } }, 'edits.headers.x a'],
    ['a field unknown', { header: {} }, 'edits'],
    ['what stands for a secret', { headers: { authorization: 'Bearer [redacted abc123]' } }, 'edits'],
  ])('%s', async (_, edits, parameter) => {
    const { isError, data, text } = await refused(own(), id, { edits });
    expect(isError).toBe(true);
    expect(data).toMatchObject({ error: 'invalid_argument', parameter });
    expect(text).toContain(parameter);
    expect(got).toHaveLength(1);
  });
});

test('answers in gzip and br are compared as what they hold; a status that has changed is said first', async () => {
  const { session, url } = await stand((_, response, count) => {
    response.statusCode = count === 1 ? 200 : 500;
    response.setHeader('content-type', 'application/json');
    const text = JSON.stringify({ token: `secrettoken-${count}-1234567`, list: [1, 2, 3].slice(0, 4 - count) });
    if (count === 1) response.setHeader('content-encoding', 'gzip').end(gzipSync(text));
    else response.setHeader('content-encoding', 'br').end(brotliCompressSync(text));
  });
  await (await fetch(`${url}z`)).text();
  const { data, text } = await session.ok('proxylog', { action: 'replay', entry_id: await idOf(session, '/z') });
  const { response } = data as unknown as Difference;
  expect(response.status).toBe('200 → 500');
  expect(response.headers).toContainEqual('content-encoding: gzip → br');
  expect(response.body.lines[0]).toMatch(/^\$\.token: "\[redacted \w{6}\]" → "\[redacted \w{6}\]"$/);
  expect(response.body.lines[1]).toBe('$.list[2]: 3 → (none)');
  expect(text).not.toContain('secrettoken');
  const shown = await replay(session, await idOf(session, '/z'), { reveal: true });
  expect(shown.response.body.lines[0]).toContain('secrettoken-1-1234567');
});

test('text is compared by lines, bytes by the first that differs, redirects are not followed', async () => {
  const { session, url, got } = await stand(({ url: path }, response, count) => {
    if (path === '/text') response.end(`one\ntwo ${count}\nthree\n`);
    else if (path === '/bytes') response.end(Buffer.from([0, 1, count, 3]));
    else response.writeHead(302, { location: 'http://evil.test/' }).end();
  });
  await (await fetch(`${url}text`)).text();
  expect((await replay(session, await idOf(session, '/text'))).response.body).toMatchObject({
    as: 'text',
    changes: 2,
    lines: ['-2: two 1', '+2: two 2'],
  });
  await (await fetch(`${url}bytes`)).arrayBuffer();
  expect((await replay(session, await idOf(session, '/bytes'))).response.body).toMatchObject({
    as: 'bytes',
    lines: ['the first difference is at byte 2'],
  });
  await fetch(`${url}redirect`, { redirect: 'manual' });
  expect((await replay(session, await idOf(session, '/redirect'))).same).toBe(true);
  expect(got.map((one) => one.url)).toEqual(['/text', '/text', '/bytes', '/bytes', '/redirect', '/redirect']);
});

test('a body that was not kept whole is not sent, unless one is given', async () => {
  const { session, url, got } = await stand((_, response) => response.end('ok'));
  await (await fetch(`${url}large`, { method: 'POST', body: 'x'.repeat(65_537) })).text();
  await (await fetch(`${url}fits`, { method: 'POST', body: 'y'.repeat(65_536) })).text();
  const { data, text } = await refused(session, await idOf(session, '/large'));
  expect(data).toMatchObject({ error: 'unsupported', kept_bytes: 65_536, size: 65_537 });
  expect(text).toContain('edits');
  expect(got).toHaveLength(2);
  await replay(session, await idOf(session, '/large'), { edits: { body: 'small' } });
  expect(got[2]?.body).toBe('small');
  await replay(session, await idOf(session, '/fits'));
  expect(got[3]?.body).toBe('y'.repeat(65_536));
});

test('the target is down: the 502 is the difference; the proxy is not: an error', async () => {
  const { session, url, server } = await stand((_, response) => response.end('ok'));
  await (await fetch(`${url}a`)).text();
  const id = await idOf(session, '/a');
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  servers.length = 0;
  const said = await replay(session, id);
  expect(said.response.status).toBe('200 → 502 unreachable');
  expect((await refused(session, 'req_999999')).data).toMatchObject({ error: 'not_found' });
  expect((await refused(session, 'err_1')).data).toMatchObject({ error: 'invalid_argument', parameter: 'entry_id' });
  expect((await session.call('proxylog', { action: 'diff', a: id })).data).toMatchObject({ parameter: 'b' });
});

test('what is never answered ends with its time, or when it is cancelled; nothing is left under way', async () => {
  const { session, url } = await stand((_, response, count) => {
    if (count === 1) response.end('ok');
  });
  await (await fetch(`${url}slow`)).text();
  const id = await idOf(session, '/slow');
  const late = await refused(session, id, { timeout_ms: 50 });
  expect(late.data).toMatchObject({ error: 'timeout', replayed: id, timeout_ms: 50 });
  const made = String(late.data['entry_id']);
  expect((await session.ok('proxylog', { action: 'get', entry_id: made })).data).toMatchObject({
    outcome: 'client_aborted',
  });
  const stop = new AbortController();
  const waiting = session.client.callTool(
    { name: 'proxylog', arguments: { action: 'replay', entry_id: id } },
    { signal: stop.signal },
  );
  const pending = async () =>
    (await session.ok('proxylog', { action: 'query', url_pattern: '/slow' })).text.includes(' pending ');
  await until('it is under way', pending);
  stop.abort();
  await expect(waiting).rejects.toThrow();
  await until('it is over', async () => !(await pending()));
});

test('what is exported is HAR 1.2, and comes back as the answers that were given', async () => {
  const { session, url } = await stand(({ url: path }, response) => {
    response.setHeader('content-type', 'application/json').setHeader('set-cookie', 'sid=verysecretvalue123; Path=/');
    if (path === '/gzip') response.setHeader('content-encoding', 'gzip').end(gzipSync('{"a":"\u200dé"}'));
    else response.end('{"a":1}');
  });
  await (await fetch(`${url}gzip?x=1`)).text();
  await (await fetch(`${url}post`, { method: 'POST', body: 'x=1' })).text();
  await (await fetch(`${url}gzip`)).text();
  await idOf(session, '/gzip');
  const { data } = await session.ok('proxylog', { action: 'har' });
  const text = readFileSync(String(data['file']), 'utf8');
  expect(text).not.toContain('verysecretvalue123');
  expect(harSchema.safeParse(JSON.parse(text)).error?.issues).toBeUndefined();
  expect(mocksOfHar(text).rules.map(({ match, respond }) => [match.method, match.url, respond.body])).toEqual([
    ['GET', '/gzip?x=1', '{"a":1}'],
    ['POST', '/post', '{"a":1}'],
    ['GET', '/gzip', '{"a":"\u200dé"}'],
  ]);
});
