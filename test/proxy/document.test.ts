import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { acceptEncodingFor, mayBeDocument, openDocument } from '../../src/proxy/document.ts';
import type { RequestHead, ResponseHead } from '../../src/proxy/http1.ts';
import type { DocumentNote } from '../../src/proxy/surroundings.ts';

const EXTERNAL = '<script src="/__devtool/client.js"></script>';
const LOADER = {
  inline: Buffer.from('<script>client()</script>'),
  external: Buffer.from(EXTERNAL),
  version: '0123456789',
};
/** It says where it is and how long. */
const PLACED = '<script data-at="1:00043">client()</script>';
const PAGE = '<!doctype html><html><head><title>t</title></head><body>héllo</body></html>';
const WANTED = PAGE.replace('<head>', `<head>${PLACED}`);

const request = (fields: Record<string, string> = {}): RequestHead => ({
  kind: 'request',
  method: 'GET',
  target: '/',
  minor: 1,
  fields: Object.entries({ Host: 'localhost:1', 'Sec-Fetch-Dest': 'document', ...fields }).flat(),
  lines: null,
  raw: Buffer.alloc(0),
  framing: 0,
  keepAlive: true,
  upgrade: false,
  expectContinue: false,
});

const response = (fields: Record<string, string> = {}, more: Partial<ResponseHead> = {}): ResponseHead => ({
  kind: 'response',
  status: 200,
  reason: 'OK',
  minor: 1,
  fields: Object.entries({ 'Content-Type': 'text/html; charset=utf-8', ...fields }).flat(),
  lines: null,
  raw: Buffer.alloc(0),
  framing: 'chunked',
  keepAlive: true,
  ...more,
});

interface Sent {
  fields: Record<string, string>;
  framing: 'chunked' | number | null;
  body: string;
  bytes: Buffer;
  note: DocumentNote | null;
  failed: string | null;
  most: number;
}

/** What the browser gets of `pieces`, once all is over. */
function send(pieces: readonly Buffer[], head: ResponseHead, asked = request()): Promise<Sent> {
  const sent: Sent = { fields: {}, framing: null, body: '', bytes: Buffer.alloc(0), note: null, failed: null, most: 0 };
  const parts: Buffer[] = [];
  return new Promise((resolve) => {
    const done = () => resolve({ ...sent, bytes: Buffer.concat(parts), body: Buffer.concat(parts).toString('utf8') });
    const document = openDocument(
      { request: asked, response: head, loader: LOADER },
      {
        head(fields, framing) {
          for (let at = 0; at < fields.length; at += 2)
            sent.fields[(fields[at] ?? '').toLowerCase()] = fields[at + 1] ?? '';
          sent.framing = framing;
        },
        data(bytes) {
          parts.push(bytes);
          return true;
        },
        end: done,
        fail(reason) {
          sent.failed = reason;
          done();
        },
      },
      (note) => {
        sent.note = note;
      },
    );
    for (const piece of pieces) document.write(piece);
    document.end();
  });
}

const cut = (bytes: Buffer, size: number): Buffer[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));

describe.each([
  ['identity', {}, (text: Buffer) => text],
  ['gzip', { 'Content-Encoding': 'gzip' }, (text: Buffer) => gzipSync(text)],
  [
    'x-gzip of two members',
    { 'Content-Encoding': 'x-gzip' },
    (text: Buffer) => Buffer.concat([gzipSync(text.subarray(0, 40)), gzipSync(text.subarray(40))]),
  ],
  ['deflate', { 'Content-Encoding': 'deflate' }, (text: Buffer) => deflateSync(text)],
  ['raw deflate', { 'Content-Encoding': 'Deflate' }, (text: Buffer) => deflateRawSync(text)],
  ['brotli', { 'Content-Encoding': 'br' }, (text: Buffer) => brotliCompressSync(text)],
  ['two layers', { 'Content-Encoding': 'gzip, br' }, (text: Buffer) => brotliCompressSync(gzipSync(text))],
])('%s', (_name, fields, encode) => {
  const bytes = encode(Buffer.from(PAGE));
  test.each([1, 2, 7, 1_000])('in pieces of %i', async (size) => {
    const sent = await send(cut(bytes, size), response({ ...fields, ETag: '"x"', Digest: 'y' }));
    expect(sent.body).toBe(WANTED);
    expect(sent.fields).toEqual({
      'content-type': 'text/html; charset=utf-8',
      etag: 'W/"x.devtool-s0123456789"',
      'transfer-encoding': 'chunked',
    });
    expect(sent.note).toEqual({ injected: true, reason: null, csp: null });
  });

  test('cut off, it passes as it came, or is broken off', async () => {
    const short = bytes.subarray(0, bytes.length - 4);
    const sent = await send([short], response(fields));
    if (sent.note?.injected === false) expect(sent.bytes).toEqual(short);
    else expect(sent.failed !== null || sent.body === WANTED.slice(0, sent.body.length)).toBe(true);
  });
});

test('a known length stays one', async () => {
  const bytes = Buffer.from(PAGE);
  const sent = await send([bytes], response({ 'Content-Length': String(bytes.length) }, { framing: bytes.length }));
  expect(sent.framing).toBe(Buffer.byteLength(WANTED));
  expect(sent.fields['content-length']).toBe(String(Buffer.byteLength(WANTED)));
});

describe('untouched, with the reason', () => {
  test.each([
    ['a fragment that a script asked for', '<div>x</div>', {}, { 'Sec-Fetch-Dest': '' }, 'it begins like a fragment'],
    ['UTF-16', PAGE, { 'Content-Type': 'text/html; charset=utf-16le' }, {}, 'its charset is utf-16le'],
    ['an unknown encoding', PAGE, { 'Content-Encoding': 'x-mine' }, {}, 'its encoding is unknown'],
    ['six layers', PAGE, { 'Content-Encoding': 'gzip,gzip,gzip,gzip,gzip,gzip' }, {}, 'its encoding is unknown'],
    ['what is no gzip', PAGE, { 'Content-Encoding': 'gzip' }, {}, 'it cannot be decoded (incorrect header check)'],
    ['XML', '<?xml version="1.0"?><rss></rss>', {}, {}, 'XML'],
    [
      'a page that is sandboxed without scripts',
      PAGE,
      { 'Content-Security-Policy': "default-src 'self', img-src *; sandbox allow-same-origin" },
      {},
      'the policy sandboxes the page without scripts',
    ],
    [
      'a page whose origin is nobody’s',
      PAGE,
      { 'Content-Security-Policy': 'sandbox allow-scripts' },
      {},
      'the policy sandboxes the page apart from its own origin',
    ],
  ])('%s', async (_name, text, fields, asked, reason) => {
    const { 'Sec-Fetch-Dest': dest, ...others } = asked as Record<string, string>;
    const from = dest === '' ? { ...request(), fields: ['Host', 'localhost:1'] } : request(others);
    const sent = await send([Buffer.from(text)], response(fields), from);
    expect(sent.note).toMatchObject({ injected: false, reason });
    expect(sent.body).toBe(text);
    expect(sent.fields['content-encoding'] ?? null).toBe(
      (fields as Record<string, string>)['Content-Encoding'] ?? null,
    );
  });
});

test.each([
  [
    'brotli',
    'br',
    () =>
      brotliCompressSync(Buffer.alloc(1 << 28), {
        params: { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_QUALITY]: 5 },
      }),
  ],
  ['gzip', 'gzip', () => gzipSync(Buffer.alloc(1 << 26))],
])('a bomb of %s passes as it came, little of it decoded', async (_name, coding, make) => {
  const bomb = make();
  const before = process.memoryUsage().rss;
  const sent = await send([bomb], response({ 'Content-Encoding': coding }));
  expect(sent.note?.injected).toBe(false);
  expect(sent.bytes.equals(bomb)).toBe(true);
  expect(process.memoryUsage().rss - before).toBeLessThan(32 * 1_048_576);
});

test('a head that does not come is not waited for without end', async () => {
  const text = Buffer.from(`<!--${'x'.repeat(300_000)}-->${PAGE}`);
  const plain = await send(cut(text, 10_000), response());
  expect(plain.note).toMatchObject({ injected: false, reason: 'no head within its first 64 KiB' });
  expect(plain.bytes.equals(text)).toBe(true);
  const packed = gzipSync(text);
  const decoded = await send([packed], response({ 'Content-Encoding': 'gzip' }));
  expect(decoded.note).toMatchObject({ injected: false, reason: 'no head within 256 KiB' });
  expect(decoded.bytes.equals(packed)).toBe(true);
});

test.each([
  ['at once', '<!doctype html><html><head><meta charset="utf-8">', true],
  [
    'behind scripts and a title',
    '<head><script>"<meta charset=koi8-r>"</script><title>x</title>\n<META CHARSET=UTF8 />',
    true,
  ],
  ['in a comment alone', '<head><!-- <meta charset="utf-8"> -->', false],
  ['in a script that goes on', '<head><script>"<meta charset=utf-8>"', false],
  [
    'behind another',
    '<head><meta http-equiv="content-type" content="text/html; charset=koi8-r"><meta charset=utf-8>',
    false,
  ],
  ['another one', '<head><meta charset="koi8-r">', false],
  ['too late', `<head>${' '.repeat(1_024)}<meta charset="utf-8">`, false],
])('a document that names its encoding in itself: %s', async (_, text, isNamed) => {
  const head = response({ 'Content-Type': 'text/html' });
  const sent = await send([Buffer.from(text)], head);
  expect(sent.note).toMatchObject({ injected: true });
  expect(sent.fields['content-type']).toBe(isNamed ? 'text/html; charset=utf-8' : 'text/html');
});

test('a document that streams is passed on as it comes', async () => {
  const parts: string[] = [];
  const document = openDocument(
    { request: request(), response: response(), loader: LOADER },
    { head() {}, data: (bytes) => parts.push(bytes.toString()) < 0, end() {}, fail() {} },
    () => {},
  );
  expect(document.write(Buffer.from('<!doctype html><html><he'))).toBe(true);
  expect(parts).toEqual([]);
  expect(document.write(Buffer.from('ad>one'))).toBe(false);
  document.resume();
  document.write(Buffer.from('two'));
  expect(parts).toEqual([`<!doctype html><html><head>${PLACED}one`, 'two']);
  document.abort();
});

test.each([
  [{}, {}, true],
  [{ 'Sec-Fetch-Dest': 'iframe' }, {}, true],
  [{ 'Sec-Fetch-Dest': 'empty' }, {}, false],
  // A service worker that passes a navigation on.
  [{ 'Sec-Fetch-Dest': 'empty', 'Sec-Fetch-Mode': 'navigate' }, {}, true],
  [{ 'Sec-Fetch-Dest': 'empty', 'Sec-Fetch-Mode': 'cors' }, {}, false],
  [{}, { 'Content-Type': 'application/json' }, false],
  [{}, { 'Content-Type': 'application/xhtml+xml' }, false],
])('%j answered by %j: %s', (asked, answered, expected) => {
  expect(mayBeDocument(request(asked as Record<string, string>), response(answered as Record<string, string>))).toBe(
    expected,
  );
});

test('no answer without a body, and no part, is a document', () => {
  for (const status of [204, 206, 304]) expect(mayBeDocument(request(), response({}, { status }))).toBe(false);
  expect(mayBeDocument({ ...request(), method: 'HEAD' }, response())).toBe(false);
});

test.each([
  [{ 'Accept-Encoding': 'gzip, deflate, br, zstd' }, 'gzip, deflate, br'],
  [{ 'Accept-Encoding': 'zstd' }, 'identity'],
  [{}, null],
  [{ 'Accept-Encoding': 'zstd', 'Sec-Fetch-Dest': 'script' }, null],
])('%j asks the target for %j', (fields, expected) =>
  expect(acceptEncodingFor(request(fields as Record<string, string>))).toBe(expected),
);

test('the loader says on which line it is, by any end of a line, and how long it is with its nonce', async () => {
  const lines = Buffer.from('<!doctype html>\r\n<!-- a\rb -->\n<html>\n<head>\n<p>');
  const policy = { 'Content-Security-Policy': "script-src 'nonce-abc'" };
  const { body } = await send([lines], response(policy));
  const loader = body.slice(body.indexOf('<script'), body.indexOf('\n<p>'));
  expect(loader).toBe('<script nonce="abc" data-at="5:00055">client()</script>');
  expect(loader).toHaveLength(55);
});

test.each([
  ['', ''],
  ["img-src 'self'", ''],
  ["script-src 'self' 'unsafe-inline'", ''],
  ["script-src 'nonce-abc'", 'nonce="abc"'],
  ["script-src 'nonce-abc' 'strict-dynamic', script-src 'unsafe-inline'", 'nonce="abc"'],
])('where a policy lets it, the client stands in the document itself: %j', async (policy, nonce) => {
  const { body } = await send([Buffer.from(PAGE)], response({ 'Content-Security-Policy': policy }));
  expect(body).toContain('client()');
  expect(body).toContain(nonce);
  expect(body).not.toContain('src=');
});

test.each([
  ["script-src 'self'", ''],
  ["default-src 'unsafe-inline'; script-src-elem 'self'", ''],
  ["script-src 'self' 'unsafe-inline' 'sha256-x'", ''],
  ["script-src 'unsafe-inline', default-src 'self'", ''],
  ["script-src 'nonce-abc', script-src 'nonce-other'", ''],
  ["require-trusted-types-for 'script'", ''],
  ['', '<META HTTP-EQUIV=Content-Security-Policy CONTENT="img-src x">'],
])('where a policy does not, or stands in the document, it comes by its address: %j %j', async (policy, meta) => {
  const page = PAGE.replace('<title>', `${meta}<title>`);
  const { body } = await send([Buffer.from(page)], response({ 'Content-Security-Policy': policy }));
  expect(body).toContain('src="/__devtool/client.js"');
  expect(body).not.toContain('client()');
});

test('a policy that only reports decides too', async () => {
  const policy = { 'Content-Security-Policy-Report-Only': "script-src 'self'" };
  expect((await send([Buffer.from(PAGE)], response(policy))).body).toContain('src="/__devtool/client.js"');
});
