import { describe, expect, test } from 'vitest';
import { isLoop, requestHead, wantsUpgrade } from '../../src/proxy/request-head.ts';
import { requestOf, routeTo } from './heads.ts';

const HOST = 'Host: localhost:41234\r\n';
const route = routeTo('http://localhost:3000');
const ADDED = ['X-Forwarded-For', 'X-Forwarded-Proto', 'X-Forwarded-Host', 'Forwarded', 'Devtool-Mcp-Via'];

/** Lines that the target gets. */
function lines(fields: string, acceptEncoding: string | null = null, line?: string): string[] {
  const text = requestHead(requestOf(HOST + fields, line), route, {
    peer: '127.0.0.1',
    acceptEncoding,
    conditions: null,
  });
  return text.split('\r\n').slice(0, -2);
}

/** Without request line, Host, and what the proxy adds. */
const passed = (fields: string, acceptEncoding?: string) =>
  lines(fields, acceptEncoding ?? null)
    .slice(2)
    .filter((line) => !ADDED.includes(line.split(':')[0] ?? ''));

describe('a request head', () => {
  test('keeps names, values, order and repeats', () => {
    const fields = ['accept: */*', 'X-B: 2', 'x-b: 1', 'Cookie: a=b; c=d', 'X-8: \xe9\xff', 'X-Empty: '];
    expect(passed(`${fields.join('\r\n')}\r\n`)).toEqual(fields);
  });

  test('names the target as Host, and says who asked for what', () => {
    expect(lines('', null, 'GET /a?b HTTP/1.0')).toEqual([
      'GET /a?b HTTP/1.1',
      'Host: localhost:3000',
      'X-Forwarded-For: 127.0.0.1',
      'X-Forwarded-Proto: http',
      'X-Forwarded-Host: localhost:41234',
      'Forwarded: for=127.0.0.1;proto=http;host="localhost:41234"',
      'Devtool-Mcp-Via: tag',
    ]);
  });

  test('goes on with what an earlier proxy has said', () => {
    const text = lines('X-Forwarded-For: 10.0.0.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: a.example\r\n');
    expect(text).toContain('X-Forwarded-For: 10.0.0.1, 127.0.0.1');
    expect(text.filter((line) => line.startsWith('X-Forwarded-Proto'))).toEqual(['X-Forwarded-Proto: https']);
    expect(text.filter((line) => line.startsWith('X-Forwarded-Host'))).toEqual(['X-Forwarded-Host: a.example']);
  });

  test('of an IPv6 browser quotes its address (RFC 7239 6)', () => {
    const text = requestHead(requestOf(HOST), route, { peer: '::1', acceptEncoding: null, conditions: null });
    expect(text).toContain('Forwarded: for="[::1]";');
  });

  test.each([
    ['Connection: keep-alive\r\nKeep-Alive: timeout=5\r\nProxy-Connection: keep-alive\r\n', []],
    ['Connection: x-hop, X-Other\r\nX-Hop: 1\r\nx-other: 2\r\nX-Stays: 3\r\n', ['X-Stays: 3']],
    ['Connection: close\r\nConnection: x-hop\r\nX-Hop: 1\r\n', []],
    ['X-Devtool-Load: abc\r\n', []],
    ['Content-Language: x-devtool-1a2b3c\r\n', []],
    ['content-language: de, x-devtool-1a2b3c\r\n', ['content-language: de']],
    ['Content-Language: de, x-devtool-1A\r\n', ['Content-Language: de, x-devtool-1A']],
    [
      'Connection: cookie, authorization, host, x-forwarded-for\r\nCookie: a=b\r\nAuthorization: Basic eA==\r\n',
      ['Cookie: a=b', 'Authorization: Basic eA=='],
    ],
    ['TE: trailers, deflate\r\n', ['TE: trailers']],
    ['TE: deflate\r\n', []],
    ['Upgrade: websocket\r\n', []],
    ['Connection: upgrade, x-hop\r\nUpgrade: websocket\r\nX-Hop: 1\r\n', ['Connection: Upgrade', 'Upgrade: websocket']],
    ['Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\n', []],
  ])('passes no hop-by-hop field: %j', (fields, expected) => {
    expect(passed(fields)).toEqual(expected);
  });

  test('keeps its length though Connection names it', () => {
    const head = requestOf(`${HOST}Connection: content-length\r\nContent-Length: 3\r\n`, 'POST / HTTP/1.1');
    expect(requestHead(head, route, { peer: '127.0.0.1', acceptEncoding: null, conditions: null })).toContain(
      'Content-Length: 3\r\n',
    );
  });

  test.each([
    ['http://localhost:41234', 'http://localhost:3000'],
    ['http://127.0.0.1:41234', 'http://localhost:3000'],
    ['http://app.localhost:41234', 'http://localhost:3000'],
    ['null', 'null'],
    ['http://localhost:41235', 'http://localhost:41235'],
    ['https://evil.test', 'https://evil.test'],
    ['http://localhost:41234.evil.test', 'http://localhost:41234.evil.test'],
  ])('with Origin %s sends %s', (origin, expected) => {
    expect(passed(`Origin: ${origin}\r\n`)).toEqual([`Origin: ${expected}`]);
  });

  test('whose Origin became the target’s has no forwarded host that contradicts it', () => {
    expect(lines('Origin: http://localhost:41234\r\n').join('\n')).not.toMatch(/x-forwarded-host|host="/i);
  });

  test.each([
    ['http://localhost:41234/a?b#c', 'http://localhost:3000/a?b#c'],
    ['http://localhost:41234', 'http://localhost:3000'],
    ['https://other.test/http://localhost:41234/', 'https://other.test/http://localhost:41234/'],
    ['about:blank', 'about:blank'],
  ])('with Referer %s sends %s', (referer, expected) => {
    expect(passed(`Referer: ${referer}\r\n`)).toEqual([`Referer: ${expected}`]);
  });

  test('asks for the encodings that the proxy can read, in the same place', () => {
    expect(passed('Accept-Encoding: zstd, br\r\nX: 1\r\n', 'gzip')).toEqual(['Accept-Encoding: gzip', 'X: 1']);
    expect(passed('X: 1\r\n', 'identity')).toEqual(['X: 1', 'Accept-Encoding: identity']);
  });
});

test('a loop is known by its tag, among others', () => {
  expect(isLoop(requestOf(`${HOST}Devtool-Mcp-Via: other, tag\r\n`).fields, route)).toBe(true);
  expect(isLoop(requestOf(`${HOST}devtool-mcp-via: tag\r\n`).fields, route)).toBe(true);
  expect(isLoop(requestOf(`${HOST}Devtool-Mcp-Via: other\r\n`).fields, route)).toBe(false);
});

test('an upgrade is wanted when Connection and Upgrade say so, and not to h2c', () => {
  const upgrade = (fields: string) => wantsUpgrade(requestOf(HOST + fields));
  expect(upgrade('Connection: Upgrade\r\nUpgrade: websocket\r\n')).toBe(true);
  expect(upgrade('Upgrade: websocket\r\n')).toBe(false);
  expect(upgrade('Connection: Upgrade\r\nUpgrade: H2C\r\n')).toBe(false);
});

describe('lines that stay as they are', () => {
  const all =
    'Accept: */*\r\nCOOKIE: a=b\r\nConnection: keep-alive, X-Gone\r\nX-Gone: 1\r\nX-Kept: \r\nUser-Agent: b\xe9\r\n';

  test.each([
    ['written as we would', all],
    ['written otherwise', all.replace('Accept: */*', 'Accept:*/*')],
    ['with a tab', all.replace('a=b', '\ta=b')],
    ['with a space behind', all.replace('Accept: */*', 'Accept:*/* ')],
  ])('come out as fields, %s', (_, text) => {
    const head = requestOf(HOST + text);
    const sent = requestHead(head, route, { peer: '127.0.0.1', acceptEncoding: null, conditions: null });
    expect(sent.slice(0, sent.indexOf('X-Forwarded-For'))).toBe(
      'GET / HTTP/1.1\r\nHost: localhost:3000\r\nAccept: */*\r\nCOOKIE: a=b\r\nX-Kept: \r\nUser-Agent: b\xe9\r\n',
    );
  });

  test('are those of the head at hand: other fields beside the old text are the ones that go', () => {
    const head = { ...requestOf(`${HOST}A: 1\r\n`), fields: ['Host', 'localhost:41234', 'B', '2'] };
    const sent = requestHead(head, route, { peer: '127.0.0.1', acceptEncoding: null, conditions: null });
    expect(sent).toContain('\r\nB: 2\r\n');
    expect(sent).not.toContain('A: 1');
  });
});
