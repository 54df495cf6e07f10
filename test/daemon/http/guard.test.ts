import { describe, expect, test } from 'vitest';
import { type Head, refusalOf } from '../../../src/daemon/http/guard.ts';

const TOKEN = 'the-token-of-this-daemon';
const PORT = 7337;

function head(fields: Record<string, string | undefined> = {}, method = 'POST', url = '/mcp'): Head {
  const all = {
    host: 'localhost:7337',
    authorization: `Bearer ${TOKEN}`,
    'content-type': 'application/json',
    ...fields,
  };
  const headers = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return { method, url, headers, rawHeaders: Object.entries(headers).flatMap(([name, value]) => [name, value ?? '']) };
}

const statusOf = (given: Head, port = PORT) => refusalOf(given, port, TOKEN)?.status ?? 200;

describe('Host', () => {
  test.each(['localhost:7337', 'LOCALHOST:7337', '127.0.0.1:7337', '127.8.9.1:7337', '[::1]:7337'])(
    '%s is ours',
    (host) => expect(statusOf(head({ host }))).toBe(200),
  );
  test.each([
    'localhost',
    'localhost:80',
    'localhost:7338',
    'localhost:07337',
    'localhost:7337 ',
    'localhost.:7337',
    'app.localhost:7337',
    'evil.test',
    'evil.test:7337',
    'localhost.evil.test:7337',
    'evil.test:7337@localhost:7337',
    'user@localhost:7337',
    'localhost:7337/',
    'localhost:7337#',
    '127.1:7337',
    '127.0.0.01:7337',
    '2130706433:7337',
    '0x7f000001:7337',
    '0.0.0.0:7337',
    '0:7337',
    '[::]:7337',
    '[::ffff:7f00:1]:7337',
    '[0:0:0:0:0:0:0:1]:7337',
    '::1:7337',
    'localhost。:7337',
    'ｌocalhost:7337',
    'xn--localhost:7337',
    'localhost\u0000:7337',
    'localhost,evil.test:7337',
    '',
    `${'a'.repeat(8_192)}:7337`,
  ])('%s is not', (host) => expect(statusOf(head({ host }))).toBe(421));

  test('browsers leave out port 80', () => expect(statusOf(head({ host: 'localhost' }), 80)).toBe(200));

  test('none, or two, is a bad request', () => {
    expect(statusOf(head({ host: undefined }))).toBe(400);
    const two = head();
    expect(statusOf({ ...two, rawHeaders: [...two.rawHeaders, 'HOST', 'evil.test'] })).toBe(400);
  });
});

describe('Origin', () => {
  test.each(['http://localhost:7337', 'http://127.0.0.1:7337', 'http://[::1]:7337'])('%s is ours', (origin) =>
    expect(statusOf(head({ origin }))).toBe(200),
  );
  test.each([
    'null',
    '',
    'http://localhost',
    'https://localhost:7337',
    'http://localhost:7338',
    'http://app.localhost:7337',
    'http://evil.test:7337',
    'http://localhost:7337.evil.test',
    'http://localhost:7337/',
    'HTTP://localhost:7337',
    'file://',
    'chrome-extension://abc',
    'http://localhost:7337, http://evil.test',
  ])('%s is not', (origin) => expect(statusOf(head({ origin }))).toBe(403));

  test.each([
    ['same-origin', 200],
    ['none', 200],
    ['same-site', 403],
    ['cross-site', 403],
    ['', 403],
  ])('Sec-Fetch-Site %s', (site, status) => expect(statusOf(head({ 'sec-fetch-site': site }))).toBe(status));
});

describe('token', () => {
  test.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    TOKEN,
    `Basic ${TOKEN}`,
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(1)}`,
  ])('%s is refused', (authorization) => {
    const refusal = refusalOf(head({ authorization }), PORT, TOKEN);
    expect(refusal).toMatchObject({ status: 401, headers: { 'WWW-Authenticate': 'Bearer realm="devtool-mcp"' } });
    expect(refusal?.why).not.toContain(TOKEN);
  });
  test('the scheme is a word in any case', () =>
    expect(statusOf(head({ authorization: `bearer ${TOKEN}` }))).toBe(200));
  test('an empty token is never right', () =>
    expect(refusalOf(head({ authorization: 'Bearer ' }), PORT, '')?.status).toBe(401));
  test('a stranger is not told what there is', () => {
    for (const given of [head({ authorization: '' }, 'PUT'), head({ authorization: '' }, 'GET', '/secret')])
      expect(statusOf(given)).toBe(401);
  });
});

test.each([
  ['GET', '/mcp', {}, 200],
  ['DELETE', '/mcp?x=1', {}, 200],
  ['GET', '/mcp/', {}, 404],
  ['GET', '/', {}, 404],
  ['GET', 'http://localhost:7337/mcp', {}, 404],
  ['GET', '//mcp', {}, 404],
  ['HEAD', '/mcp', {}, 405],
  ['OPTIONS', '/mcp', {}, 405],
  ['POST', '/mcp', { 'content-type': 'text/plain' }, 415],
  ['POST', '/mcp', { 'content-type': undefined }, 415],
  ['POST', '/mcp', { 'content-type': 'application/json-patch+json' }, 415],
  ['POST', '/mcp', { 'content-type': 'Application/JSON; charset=utf-8' }, 200],
])('%s %s with %j is %i', (method, url, fields, status) => {
  expect(statusOf(head(fields, method, url))).toBe(status);
});
