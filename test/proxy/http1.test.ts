import { describe, expect, test } from 'vitest';
import { Http1Error, Http1Reader } from '../../src/proxy/http1.ts';
import { readText, type Stream } from './http1-events.ts';

const REQUESTS: Stream = { role: 'request' };
const RESPONSES: Stream = { role: 'response' };
const OWN = 'Host: a\r\n';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

describe('a request', () => {
  test.each([
    ['GET / HTTP/1.1\r\nHost: a\r\n\r\n', { first: 'GET / 1.1', framing: 0, flags: 'keepAlive' }],
    ['GET /?a|b HTTP/1.0\r\n\r\n', { first: 'GET /?a|b 1.0', framing: 0, flags: '' }],
    ['GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n', { framing: 0, flags: 'keepAlive' }],
    ['GET / HTTP/1.0\r\nConnection: close, keep-alive\r\n\r\n', { flags: '' }],
    [`GET / HTTP/1.1\r\n${OWN}connection: x ,\tCLOSE\r\n\r\n`, { flags: '' }],
    [`GET / HTTP/1.1\r\n${OWN}Connection: a\r\nConnection: close\r\n\r\n`, { flags: '' }],
    [`GET / HTTP/1.1\r\n${OWN}Connection: closed\r\n\r\n`, { flags: 'keepAlive' }],
    [
      `GET / HTTP/1.1\r\n${OWN}Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      { flags: 'keepAlive upgrade' },
    ],
    [`GET / HTTP/1.1\r\n${OWN}Upgrade: websocket\r\n\r\n`, { flags: 'keepAlive' }],
    [`GET / HTTP/1.1\r\n${OWN}Connection: upgrade\r\n\r\n`, { flags: 'keepAlive' }],
    ['GET / HTTP/1.0\r\nConnection: upgrade, keep-alive\r\nUpgrade: websocket\r\n\r\n', { flags: 'keepAlive' }],
    [
      `PUT / HTTP/1.1\r\n${OWN}Expect: 100-Continue\r\nContent-Length: 2\r\n\r\nab`,
      { framing: 2, flags: 'keepAlive expect', raw: 'ab', payload: 'ab' },
    ],
    ['PUT / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n', { flags: '' }],
    [`PUT / HTTP/1.1\r\n${OWN}Expect: other\r\n\r\n`, { flags: 'keepAlive' }],
    [`OPTIONS * HTTP/1.1\r\n${OWN}\r\n`, { first: 'OPTIONS * 1.1' }],
    [
      `PUT / HTTP/1.1\r\n${OWN}Transfer-Encoding: Chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nT: u\r\n\r\n`,
      { framing: 'chunked', raw: '3;a=b\r\nabc\r\n0\r\nT: u\r\n\r\n', payload: 'abc' },
    ],
  ])('%j', (text, expected) => {
    const { messages, refusal, rest } = readText(REQUESTS, text);
    expect({ count: messages.length, refusal, rest }).toEqual({ count: 1, refusal: null, rest: '' });
    expect(messages[0]).toMatchObject({ ...expected, ended: true });
  });

  test('keeps names, order and bytes of its fields, without the white space around values', () => {
    const lines = 'hOST: a\r\nX-A:\t b \t c \t\r\nx-a:\r\n__proto__: \xe9\xff\r\n';
    const [message] = readText(REQUESTS, `GET / HTTP/1.1\r\n${lines}\r\n`).messages;
    expect(message?.fields).toEqual(['hOST', 'a', 'X-A', 'b \t c', 'x-a', '', '__proto__', '\xe9\xff']);
    expect(message?.head).toBe(`GET / HTTP/1.1\r\n${lines}\r\n`);
  });

  test('follows another on the same connection, with or without an empty line between', () => {
    const one = `POST /1 HTTP/1.1\r\n${OWN}Content-Length: 3\r\n\r\nabc`;
    const { messages, refusal } = readText(REQUESTS, `${one}\r\n${one}\r\n${one}${one}`);
    expect(refusal).toBeNull();
    expect(messages.map((message) => [message.payload, message.ended])).toEqual(Array(4).fill(['abc', true]));
  });
});

describe('a refusal', () => {
  const rows: [string, string][] = [
    ['G(T / HTTP/1.1\r\n\r\n', '400 method'],
    ['GET  / HTTP/1.1\r\n\r\n', '400 target'],
    ['GET /\xe9 HTTP/1.1\r\n\r\n', '400 target'],
    ['GET /#a HTTP/1.1\r\n\r\n', '400 target'],
    ['GET http://a/ HTTP/1.1\r\n\r\n', '400 target'],
    ['GET * HTTP/1.1\r\n\r\n', '400 target'],
    ['CONNECT a:80 HTTP/1.1\r\n\r\n', '400 connect'],
    ['GET / HTTP/1.1 \r\n\r\n', '400 request_line'],
    ['GET / FTP/1.1\r\n\r\n', '400 request_line'],
    ['GET / HTTP/1.2\r\n\r\n', '505 version'],
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', '505 version'],
    [`GET /${'a'.repeat(40_000)} HTTP/1.1\r\n\r\n`, '414 target_too_long'],
    [`GET /${'a'.repeat(70_000)}`, '414 target_too_long'],
    [`GET / HTTP/1.1\r\nA: ${'a'.repeat(70_000)}`, '431 head_too_large'],
    [`GET / HTTP/1.1\r\n${OWN}${'a:\r\n'.repeat(2_500)}\r\n`, '431 too_many_fields'],
    ['GET / HTTP/1.1\n', '400 bare_lf'],
    ['GET / HTTP/1.1\r\nA: b\n', '400 bare_lf'],
    ['GET / HTTP/1.1\r\nA: b\rc', '400 bare_cr'],
    ['GET / HTTP/1.1\r\nA: b\0', '400 control_byte'],
    ['GET / HTTP/1.1\r\nA: b\x7f\r\n\r\n', '400 control_byte'],
    ['\x16\x03\x01', '400 control_byte'],
    ['\r\n\r\n', '400 empty_line'],
    ['GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n', '400 obs_fold'],
    ['GET / HTTP/1.1\r\n A: b\r\n\r\n', '400 obs_fold'],
    ['GET / HTTP/1.1\r\nA : b\r\n\r\n', '400 field_name'],
    ['GET / HTTP/1.1\r\n: b\r\n\r\n', '400 field_name'],
    ['GET / HTTP/1.1\r\nA\r\n\r\n', '400 field_name'],
    ['GET / HTTP/1.1\r\nA(: b\r\n\r\n', '400 field_name'],
    ['GET / HTTP/1.1\r\n\r\n', '400 host'],
    [`GET / HTTP/1.1\r\n${OWN}${OWN}\r\n`, '400 host'],
    ['GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', '400 host'],
    [`GET / HTTP/1.1\r\n${OWN}Content-Length: 1\r\nContent-Length: 1\r\n\r\n`, '400 content_length'],
    [`GET / HTTP/1.1\r\n${OWN}Transfer-Encoding: chunked\t\r\n\r\n`, '400 field_value'],
    [`GET / HTTP/1.1\r\n${OWN}Content-Length: 1, 1\r\n\r\n`, '400 content_length'],
    [`GET / HTTP/1.1\r\n${OWN}Content-Length: 9007199254740992\r\n\r\n`, '400 content_length'],
    [`GET / HTTP/1.1\r\n${OWN}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`, '400 length_and_coding'],
    [`GET / HTTP/1.1\r\n${OWN}Transfer-Encoding: gzip, chunked\r\n\r\n`, '501 transfer_encoding'],
    [`GET / HTTP/1.1\r\n${OWN}Transfer-Encoding: gzip\r\n\r\n`, '400 transfer_encoding'],
    [`GET / HTTP/1.1\r\n${OWN}Transfer-Encoding: chunked, chunked\r\n\r\n`, '400 transfer_encoding'],
    ['GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n', '400 transfer_encoding'],
    [`GET / HTTP/1.1\r\n${OWN}`, '400 truncated'],
    [`GET / HTTP/1.1\r\n${OWN}Content-Length: 3\r\n\r\nab`, '400 truncated'],
  ];
  test.each(rows)('%.60j: %s', (text, refusal) => {
    expect(readText(REQUESTS, text)).toEqual({ messages: expect.anything(), refusal, rest: '' });
  });

  const chunked = `POST / HTTP/1.1\r\n${OWN}Transfer-Encoding: chunked\r\n\r\n`;
  const bodies: [string, string, string][] = [
    ['x\r\n', '400 chunk_size', ''],
    ['\r\n', '400 chunk_size', ''],
    ['1 \r\n', '400 chunk_size', ''],
    ['00000000000000001\r\n', '400 chunk_size', ''],
    ['FFFFFFFFFFFFFFFF\r\n', '400 chunk_size', ''],
    [`1;${'a'.repeat(300)}`, '400 chunk_size', ''],
    ['1;\r\n', '400 chunk_extension', ''],
    ['1;a="\r\n', '400 chunk_extension', ''],
    ['1\n', '400 bare_lf', ''],
    ['1;a\rb', '400 bare_cr', ''],
    ['1;a\0', '400 control_byte', ''],
    ['1\r\nab', '400 chunk_end', '1\r\na'],
    ['1\r\na\n', '400 chunk_end', '1\r\na'],
    ['1\r\na\r0', '400 chunk_end', '1\r\na'],
    ['0\r\nA : b\r\n', '400 field_name', '0\r\n'],
    ['0\r\nA: b\r\n c\r\n\r\n', '400 obs_fold', '0\r\nA: b\r\n'],
    ['0\r\nContent-Length: 3\r\n', '400 trailer', '0\r\n'],
    [`0\r\n${'a:\r\n'.repeat(201)}\r\n`, '431 too_many_fields', `0\r\n${'a:\r\n'.repeat(200)}`],
    [`0\r\na:${'b'.repeat(70_000)}\r\n\r\n`, '431 head_too_large', '0\r\n'],
    [
      `0\r\na:${'b'.repeat(65_000)}\r\nc:${'d'.repeat(1_000)}\r\n\r\n`,
      '431 head_too_large',
      `0\r\na:${'b'.repeat(65_000)}\r\n`,
    ],
    ['2\r\na', '400 truncated', '2\r\na'],
    ['1\r\na\r\n0\r\n', '400 truncated', '1\r\na\r\n0\r\n'],
  ];
  test.each(bodies)('of the chunks %.40j: %s, what is good before it passed on', (body, refusal, raw) => {
    const reading = readText(REQUESTS, chunked + body);
    expect(reading.refusal).toBe(refusal);
    expect(reading.messages).toMatchObject([{ raw, ended: false }]);
  });

  test('says what it met, in a line that can be shown', () => {
    const reader = new Http1Reader('request');
    reader.push(bytes(`GET / HTTP/1.1\r\nHost: a\x85b${'c'.repeat(1_000)}\r\n\r\n`));
    expect(() => reader.next()).toThrow(/^Host="a\\\\u0085bc+… \(\+\d+ characters\)"$/);
  });

  test('is final, and the same each time', () => {
    const reader = new Http1Reader('request');
    reader.push(bytes('GET / HTTP/1.1\n'));
    expect(() => reader.next()).toThrow(Http1Error);
    reader.push(bytes(`GET / HTTP/1.1\r\n${OWN}\r\n`));
    expect(() => reader.next()).toThrow('a line ends in LF alone');
  });
});

describe('a response', () => {
  test.each([
    [
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab',
      'GET',
      { first: '200 OK 1.1', framing: 2, flags: 'keepAlive', payload: 'ab' },
    ],
    ['HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n', 'GET', { first: '200  1.1', framing: 0 }],
    ['HTTP/1.1 404 Non trouv\xe9 \r\nContent-Length: 0\r\n\r\n', 'GET', { first: '404 Non trouv\xe9  1.1' }],
    ['HTTP/1.0 200 OK\r\n\r\nall\r\n\r\nof it', 'GET', { framing: 'close', flags: '', payload: 'all\r\n\r\nof it' }],
    ['HTTP/1.1 200 OK\r\n\r\n', 'GET', { framing: 'close', flags: '', payload: '' }],
    [
      'HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\na',
      'GET',
      { framing: 1, flags: 'keepAlive' },
    ],
    ['HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', 'HEAD', { framing: 0, flags: 'keepAlive' }],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', 'HEAD', { framing: 0 }],
    ['HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n', 'GET', { framing: 0 }],
    ['HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n', 'GET', { framing: 0 }],
    [
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
      'GET',
      { framing: 'chunked', payload: 'a' },
    ],
  ])('%.50j to %s', (text, answers, expected) => {
    const { messages, refusal, rest } = readText({ role: 'response', answers }, text);
    expect({ count: messages.length, refusal, rest }).toEqual({ count: 1, refusal: null, rest: '' });
    expect(messages[0]).toMatchObject({ ...expected, ended: true });
  });

  test('comes after interim heads, which no end follows', () => {
    const text =
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n';
    const { messages } = readText(RESPONSES, text);
    expect(messages.map((message) => [message.first, message.ended])).toEqual([
      ['100 Continue 1.1', false],
      ['103 Early Hints 1.1', false],
      ['204 No Content 1.1', true],
    ]);
  });

  test('101 opens a tunnel: what follows is left to others', () => {
    const reader = new Http1Reader('response');
    reader.push(bytes('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n\x81'));
    reader.push(bytes('\0\r\n'));
    expect(reader.next('GET')).toMatchObject({ status: 101, framing: 'tunnel', keepAlive: false });
    expect([reader.next('GET'), reader.next('GET')]).toEqual([null, null]);
    expect(reader.rest()).toEqual(bytes('\x81\0\r\n'));
    expect(reader.buffered).toBe(0);
  });

  const rows: [string, string][] = [
    ['HTTP/2.0 200 OK\r\n\r\n', '502 status_line'],
    ['HTTP/1.1 099 OK\r\n\r\n', '502 status_line'],
    ['HTTP/1.1 2000 OK\r\n\r\n', '502 status_line'],
    ['HTTP/1.1  200 OK\r\n\r\n', '502 status_line'],
    ['\r\nHTTP/1.1 200 OK\r\n\r\n', '502 empty_line'],
    ['HTTP/1.1 200 O\0K\r\n\r\n', '502 control_byte'],
    ['HTTP/1.1 204 No Content\r\nContent-Length: 1\r\n\r\n', '502 body_forbidden'],
    ['HTTP/1.1 101 X\r\nTransfer-Encoding: chunked\r\n\r\n', '502 body_forbidden'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\na', '502 truncated'],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n', '502 truncated'],
    ['HTTP/1.1 200 OK\r\n', '502 truncated'],
    ['HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab', '502 truncated'],
  ];
  test.each(rows)('%j is refused: %s', (text, refusal) => {
    expect(readText(RESPONSES, text).refusal).toBe(refusal);
  });
});

describe('the reader', () => {
  test('waits for more, and says how much it holds', () => {
    const reader = new Http1Reader('request');
    reader.push(bytes('GET / HT'));
    expect([reader.next(), reader.buffered]).toEqual([null, 8]);
    reader.push(bytes(`TP/1.1\r\n${OWN}\r\nGE`));
    expect(reader.next()).toMatchObject({ kind: 'request', target: '/' });
    expect([reader.next(), reader.next(), reader.buffered]).toEqual([{ kind: 'end' }, null, 2]);
  });

  test('passes bodies on without a copy, as much of them as came', () => {
    const reader = new Http1Reader('request');
    const chunk = bytes(`POST / HTTP/1.1\r\n${OWN}Content-Length: 6\r\n\r\nabc`);
    reader.push(chunk);
    expect(reader.next()).toMatchObject({ framing: 6 });
    const part = reader.next();
    if (part?.kind !== 'body') throw new Error(`got ${part?.kind}`);
    expect(part.raw.toString()).toBe('abc');
    expect([part.raw.buffer === chunk.buffer, part.payload[0] === part.raw]).toEqual([true, true]);
    expect(reader.next()).toBeNull();
  });

  test('leaves what follows an upgrade in rest()', () => {
    const reader = new Http1Reader('request');
    reader.push(bytes(`GET / HTTP/1.1\r\n${OWN}Connection: upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x80`));
    expect(reader.next()).toMatchObject({ upgrade: true });
    expect(reader.next()).toEqual({ kind: 'end' });
    expect(reader.rest()).toEqual(bytes('\x81\x80'));
  });

  test('has nothing to say of a stream without a byte, or that ends between messages', () => {
    expect(readText(REQUESTS, '')).toEqual({ messages: [], refusal: null, rest: '' });
    expect(readText(REQUESTS, '\r\n')).toEqual({ messages: [], refusal: null, rest: '' });
  });

  test('keeps to other limits', () => {
    const text = `GET / HTTP/1.1\r\n${OWN}A: b\r\n\r\n`;
    expect(readText({ ...REQUESTS, limits: { headBytes: text.length } }, text).refusal).toBeNull();
    expect(readText({ ...REQUESTS, limits: { headBytes: text.length - 1 } }, text).refusal).toBe('431 head_too_large');
    expect(readText({ ...REQUESTS, limits: { fields: 2 } }, text).refusal).toBeNull();
    expect(readText({ ...REQUESTS, limits: { fields: 1 } }, text).refusal).toBe('431 too_many_fields');
  });
});
