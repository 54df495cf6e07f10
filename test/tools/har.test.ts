import { brotliCompressSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Page } from '../../src/proxy/pages.ts';
import type { Exchange } from '../../src/proxy/recorded-exchange.ts';
import { redactor } from '../../src/text/redact.ts';
import { harOf } from '../../src/tools/har.ts';
import { HAR_LIMITS, mocksOfHar } from '../../src/tools/har-import.ts';
import { harSchema } from './har-schema.ts';

const plain = (text: string): string => text;
const iso = (micros: number): string => new Date(1_700_000_000_000 + micros / 1_000).toISOString();

interface Recorded extends Partial<Exchange> {
  readonly asked?: string | Buffer;
  readonly answer?: string | Buffer;
}

function exportOf(recorded: readonly Recorded[], show = plain, pages: readonly Page[] = []) {
  const bodies = recorded.map(({ asked = '', answer = '' }) => ({
    request: Buffer.from(asked),
    response: Buffer.from(answer),
  }));
  const exchanges = recorded.map(
    ({ asked: _, answer: __, ...facts }, at): Exchange => ({
      id: at,
      method: 'GET',
      target: '/',
      status: 200,
      outcome: 'complete',
      note: '',
      rules: '',
      began: at * 10_000,
      connected: at * 10_000 + 700,
      firstByte: at * 10_000 + 3_300,
      ended: at * 10_000 + 9_111,
      requestBytes: bodies[at]?.request.length ?? 0,
      responseBytes: bodies[at]?.response.length ?? 0,
      request: ['Host', 'localhost'],
      response: [],
      load: '',
      ...facts,
    }),
  );
  const log = {
    body(id: number, of: 'request' | 'response') {
      const bytes = (bodies[id]?.[of] ?? Buffer.alloc(0)).subarray(0, 65_536);
      return { bytes, isWhole: true };
    },
  };
  return harOf(exchanges, { origin: 'http://localhost:1234', log, pages, version: '1.0.0', iso }, show);
}

const JSON_TYPE = ['Content-Type', 'application/json'];
const SAMPLES: readonly Recorded[] = [
  {
    target: '/api/items?page=2&q=a%20b?c',
    response: [
      ...JSON_TYPE,
      'Set-Cookie',
      'sid=abc; Path=/; HttpOnly; Expires=Wed, 21 Oct 2026 07:28:00 GMT',
      'Set-Cookie',
      'b=2; Secure',
    ],
    answer: '{"a":1}',
  },
  {
    method: 'POST',
    target: '/form',
    request: ['Cookie', 'a=1; b="2"', 'Content-Type', 'application/x-www-form-urlencoded'],
    asked: 'x=1&y=%C3%A9',
    status: 302,
    response: ['Location', '/next'],
  },
  { target: '/gzip', response: [...JSON_TYPE, 'Content-Encoding', 'gzip'], answer: gzipSync('{"b":"\u200dé\u001b"}') },
  {
    target: '/br',
    response: ['content-type', 'text/plain', 'content-encoding', 'br', 'Transfer-Encoding', 'chunked'],
    answer: brotliCompressSync('brotli'),
  },
  { target: '/image', response: ['Content-Type', 'image/png'], answer: Buffer.from([0x89, 0x50, 0, 1, 255]) },
  { target: '/empty', status: 204 },
  { target: '/pending', status: 0, outcome: null, connected: null, firstByte: null, ended: null },
  { target: '/down', status: 502, outcome: 'unreachable', connected: null, firstByte: null, note: 'refused' },
  { target: '/large', response: ['Content-Type', 'text/plain'], answer: 'x'.repeat(70_000) },
  { method: 'PUT', target: '/bytes', asked: Buffer.from([0, 255, 1]), answer: 'ok' },
];

describe('export', () => {
  test('is HAR 1.2 to the letter', () => {
    const page = {
      number: 3,
      startedAt: 5,
      lastActivity: 6,
      active: true,
      facts: {
        page: 3,
        dropped: 0,
        status: null,
        hello: {
          say: 'hello',
          version: 1,
          tab: 't',
          load: 'L',
          url: '/',
          title: 'Shop',
          frame: 'top',
          at: 0,
          loader: '',
          document: '',
          acknowledged: 0,
        },
      },
    } as const;
    const har = exportOf([...SAMPLES, { load: 'L' }], plain, [page]);
    expect(harSchema.safeParse(JSON.parse(JSON.stringify(har))).error?.issues).toBeUndefined();
    expect(har.log.pages).toMatchObject([
      { id: 'page_3', title: 'Shop', pageTimings: { onContentLoad: -1, onLoad: -1 } },
    ]);
    expect(har.log.entries.at(-1)).toMatchObject({ pageref: 'page_3' });
  });

  test('cookies, query, form and answers are taken apart', () => {
    const { entries } = exportOf(SAMPLES).log;
    expect(entries[0]?.request.queryString).toEqual([
      { name: 'page', value: '2' },
      { name: 'q', value: 'a b?c' },
    ]);
    expect(entries[0]?.response.cookies).toEqual([
      { name: 'sid', value: 'abc', path: '/', expires: '2026-10-21T07:28:00.000Z', httpOnly: true, secure: false },
      { name: 'b', value: '2', httpOnly: false, secure: true },
    ]);
    expect(entries[1]?.request).toMatchObject({
      cookies: [
        { name: 'a', value: '1' },
        { name: 'b', value: '2' },
      ],
      postData: {
        params: [
          { name: 'x', value: '1' },
          { name: 'y', value: 'é' },
        ],
        text: 'x=1&y=%C3%A9',
      },
    });
    expect(entries[1]?.response.redirectURL).toBe('/next');
    expect(entries[2]?.response.content.text).toBe('{"b":"\u200dé\u001b"}');
    expect(entries[4]?.response.content).toMatchObject({ encoding: 'base64', size: 5 });
  });

  test('holds no secret, wherever one may stand', () => {
    const secret = 'c4n4ry'.repeat(4);
    const har = exportOf(
      [
        {
          method: 'POST',
          target: `/a?token=${secret}`,
          request: [
            'Cookie',
            `a=${secret}`,
            'Authorization',
            `Bearer ${secret}`,
            'Referer',
            `http://u:${secret}@x/`,
            'Content-Type',
            'application/x-www-form-urlencoded',
          ],
          asked: `password=${secret}`,
          status: 302,
          response: ['Location', `/b?access_token=${secret}`, 'Set-Cookie', `a=${secret}; Path=/`],
          answer: Buffer.concat([Buffer.from([255]), Buffer.from(`{"secret":"${secret}"}`)]),
          note: `token=${secret}`,
        },
      ],
      redactor('salt'),
    );
    const [entry] = har.log.entries;
    expect(JSON.stringify(har)).not.toContain(secret);
    expect(Buffer.from(entry?.response.content.text ?? '', 'base64').toString()).not.toContain(secret);
  });
});

describe('import', () => {
  test('what was exported comes back: method, path, status, fields, body', () => {
    const { rules, skipped } = mocksOfHar(JSON.stringify(exportOf(SAMPLES)));
    expect(rules.map(({ match }) => `${match.method} ${match.url}`)).toEqual([
      'GET /api/items?page=2&q=a%20b?c',
      'POST /form',
      'GET /gzip',
      'GET /br',
      'GET /image',
      'GET /empty',
      'GET /down',
      'PUT /bytes',
    ]);
    expect(skipped).toEqual({
      other_origin: 0,
      unanswered: 1,
      not_modified: 0,
      body_missing: 1,
      body_too_large: 0,
      too_many: 0,
    });
    expect(rules[0]).toEqual({
      match: { method: 'GET', url: '/api/items?page=2&q=a%20b?c' },
      respond: {
        status: 200,
        headers: [
          ['Content-Type', 'application/json'],
          ['Set-Cookie', 'sid=abc; Path=/; HttpOnly; Expires=Wed, 21 Oct 2026 07:28:00 GMT'],
          ['Set-Cookie', 'b=2; Secure'],
        ],
        body: '{"a":1}',
        base64: null,
      },
      times: null,
    });
    expect(rules[2]?.respond).toEqual({
      status: 200,
      headers: [['Content-Type', 'application/json']],
      body: '{"b":"\u200dé\u001b"}',
      base64: null,
    });
    expect(rules[4]?.respond.base64).toBe(Buffer.from([0x89, 0x50, 0, 1, 255]).toString('base64'));
    expect(rules[5]?.respond).toMatchObject({ status: 204, body: null, base64: null });
  });

  test('any answers, out and in again, are the same answers', () => {
    const target = fc.webPath().map((path) => `/${path.replace(/^\/+/, '')}`);
    const recorded = fc.record({
      method: fc.constantFrom('GET', 'POST', 'DELETE'),
      target,
      status: fc.constantFrom(200, 201, 404, 500),
      answer: fc.oneof(
        fc.string({ unit: 'binary' }).map((text) => text.toWellFormed()),
        fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
      ),
    });
    fc.assert(
      fc.property(fc.array(recorded, { maxLength: 8 }), (all) => {
        const har = JSON.stringify(exportOf(all));
        expect(harSchema.safeParse(JSON.parse(har)).error?.issues).toBeUndefined();
        const { rules } = mocksOfHar(har);
        expect(
          rules.map(({ match, respond: { status, body, base64 } }) => ({
            ...match,
            status,
            bytes: body === null ? Buffer.from(base64 ?? '', 'base64') : Buffer.from(body),
          })),
        ).toEqual(
          all.map(({ method, target: url, status, answer }) => ({
            method,
            url,
            status,
            bytes: Buffer.from(answer as string),
          })),
        );
      }),
    );
  });

  test('answers to one request are given in their order, the last for ever', () => {
    const har = exportOf([{ answer: '1' }, { answer: '2' }, { method: 'POST', answer: 'x' }, { answer: '3' }]);
    const { rules } = mocksOfHar(JSON.stringify(har));
    expect(rules.map(({ respond, times }) => [respond.body, times])).toEqual([
      ['1', 1],
      ['2', 1],
      ['x', null],
      ['3', null],
    ]);
  });

  test('other origins, limits, what is not modified, fields that would break a head or bind a browser', () => {
    const har = exportOf([
      { answer: 'x'.repeat(20) },
      { target: '/b', answer: 'y' },
      { target: '/c', answer: 'z' },
      { target: '/d', status: 304 },
    ]);
    const text = JSON.stringify(har);
    expect(mocksOfHar(text, HAR_LIMITS, 'http://other.test').skipped.other_origin).toBe(4);
    expect(mocksOfHar(text, { ...HAR_LIMITS, rules: 1 }).skipped).toMatchObject({ too_many: 3 });
    expect(mocksOfHar(text, { ...HAR_LIMITS, body: 5 }).skipped).toMatchObject({ body_too_large: 1, not_modified: 1 });
    expect(mocksOfHar(text, { ...HAR_LIMITS, bodies: 1 }).rules).toHaveLength(1);
    const entry = {
      request: { method: 'get', url: 'http://localhost/x|y"#part' },
      response: {
        status: 200,
        headers: [
          { name: ':status', value: '200' },
          { name: 'X-A', value: 'a\r\nX-B: b' },
          { name: 'Strict-Transport-Security', value: 'max-age=1' },
          { name: 'X-C', value: 'c' },
        ],
        content: { text: 'hi', mimeType: 'text/plain' },
      },
    };
    expect(mocksOfHar(JSON.stringify({ log: { entries: [entry] } })).rules[0]).toMatchObject({
      match: { method: 'GET', url: '/x|y"' },
      respond: {
        headers: [
          ['X-C', 'c'],
          ['Content-Type', 'text/plain'],
        ],
        body: 'hi',
      },
    });
  });

  test.each<[string, string, unknown]>([
    ['no JSON', '{', { parameter: 'har' }],
    ['no HAR', '{"log":{}}', { at: 'log.entries' }],
    [
      'an entry without an answer',
      '{"log":{"entries":[{"request":{"method":"GET","url":"/"}}]}}',
      { at: 'log.entries[0].response' },
    ],
    [
      'a method that is none',
      '{"log":{"entries":[{"request":{"method":"G T","url":"/"},"response":{"status":200}}]}}',
      { at: 'log.entries[0].request.method' },
    ],
  ])('refused: %s', (_, text, values) => {
    expect(() => mocksOfHar(text)).toThrowError(
      expect.objectContaining({ code: 'invalid_argument', values: expect.objectContaining(values as object) }),
    );
  });

  test('a file that is too large is refused before it is read', () => {
    expect(() => mocksOfHar(' '.repeat(11), { ...HAR_LIMITS, text: 10 })).toThrowError(
      expect.objectContaining({ code: 'limit' }),
    );
  });
});
