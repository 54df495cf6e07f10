import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Http1Reader } from '../../src/proxy/http1.ts';
import { hostileRequests, hostileResponses } from './hostile-heads.ts';
import { cut, eachByte, read, readText, type Stream } from './http1-events.ts';

const REQUESTS: Stream = { role: 'request' };

const CONNECTIONS: readonly (readonly [string, Stream, string])[] = [
  [
    'pipelined requests',
    REQUESTS,
    'GET /1 HTTP/1.1\r\nHost: a\r\n\r\n\r\nPOST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET /3 HTTP/1.1\r\nHost: a\r\n\r\n',
  ],
  [
    'a chunked request, then another',
    REQUESTS,
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a="b c"\r\nhello\r\nA\r\n0123\r\n6789\r\n0\r\nA: b\r\nC:\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n',
  ],
  [
    'interim and final responses',
    { role: 'response' },
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n\r\nrest\r\n',
  ],
  ['a tunnel', { role: 'response' }, 'HTTP/1.1 101 Switching Protocols\r\n\r\n\x81\x02ok\r\n\r\n'],
  [
    'a smuggled request',
    REQUESTS,
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nA: b\nGET / HTTP/1.1\r\n\r\n',
  ],
];

test.each(CONNECTIONS)('%s: the same wherever the stream is cut', (_, stream, text) => {
  const whole = readText(stream, text);
  expect(read(stream, eachByte(text))).toEqual(whole);
  for (let first = 0; first <= text.length; first++) {
    expect(read(stream, cut(text, [first])), `cut at ${first}`).toEqual(whole);
    for (let second = first; second <= text.length; second++) {
      const reading = read(stream, cut(text, [first, second]));
      if (JSON.stringify(reading) !== JSON.stringify(whole))
        expect(reading, `cut at ${first}, ${second}`).toEqual(whole);
    }
  }
});

describe('the corpora', () => {
  const cases: readonly (readonly [Stream, string])[] = [
    ...hostileRequests().map((one) => [REQUESTS, one.text] as const),
    ...hostileResponses().map((one) => [{ role: 'response', answers: one.answers }, one.text] as const),
  ];
  const short = cases.filter(([, text]) => text.length < 250);
  const middle = cases.filter(([, text]) => text.length < 10_000);
  const long = cases.filter(([, text]) => text.length >= 250);

  test('read byte by byte as whole', () => {
    const differing = middle.filter(([stream, text]) => differ(stream, text, [eachByte(text)]).length > 0);
    expect(differing).toEqual([]);
  });

  test('read as whole when cut once, at each byte', () => {
    const cutsOf = (text: string) => Array.from(text, (_, at) => cut(text, [at]));
    const differing = short.filter(([stream, text]) => differ(stream, text, cutsOf(text)).length > 0);
    expect(differing).toEqual([]);
  });

  test('read as whole in chunks of some sizes, the long ones', () => {
    const cutsOf = (text: string) => [100, 4_096, 4_097, 65_535].map((size) => cut(text, multiples(size, text.length)));
    const differing = long.filter(([stream, text]) => differ(stream, text, cutsOf(text)).length > 0);
    expect(differing.map(([, text]) => text.slice(0, 200))).toEqual([]);
  });
});

test('a chunked body of any sizes, in chunks of any sizes, is passed on whole', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 20_000 }), { maxLength: 8 });
  const cuts = fc.array(fc.nat({ max: 100_000 }), { maxLength: 20 });
  fc.assert(
    fc.property(sizes, cuts, (lengths, offsets) => {
      const data = lengths.map((length, i) => String.fromCharCode(97 + i).repeat(length));
      const body = `${data.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')}0\r\n\r\n`;
      const text = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${body}`;
      const sorted = offsets.filter((at) => at < text.length).sort((a, b) => a - b);
      const { messages, refusal } = read({ role: 'response' }, cut(text, sorted));
      return (
        refusal === null && messages[0]?.raw === body && messages[0].payload === data.join('') && messages[0].ended
      );
    }),
    { numRuns: 200 },
  );
});

test('a chunk that comes when another is just used up goes behind those that wait', () => {
  const reader = new Http1Reader('request');
  const heads = ['/1', '/2', '/3'].map((target) => Buffer.from(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`));
  for (const head of heads.slice(0, 2)) reader.push(head);
  expect(reader.next()).toMatchObject({ target: '/1' });
  for (const head of heads.slice(2)) reader.push(head);
  const targets = Array.from({ length: 6 }, () => reader.next()).flatMap((event) =>
    event?.kind === 'request' ? [event.target] : [],
  );
  expect(targets).toEqual(['/2', '/3']);
});

test('chunks that wait unread are read in order', () => {
  const [, stream, text] = CONNECTIONS[1] ?? ['', REQUESTS, ''];
  const reader = new Http1Reader(stream.role);
  for (const byte of eachByte(text)) reader.push(byte);
  expect(reader.buffered).toBe(text.length);
  const events = Array.from({ length: text.length }, () => reader.next()).filter((event) => event !== null);
  const raw = events.map((event) => (event.kind === 'end' ? '' : event.raw.toString('latin1'))).join('');
  expect(raw).toBe(text);
});

/** The ways to cut the text that change what is read. */
function differ(stream: Stream, text: string, ways: readonly (readonly Buffer[])[]): (readonly Buffer[])[] {
  const whole = JSON.stringify(readText(stream, text));
  return ways.filter((chunks) => JSON.stringify(read(stream, chunks)) !== whole);
}

function multiples(size: number, length: number): number[] {
  return Array.from({ length: Math.ceil(length / size) - 1 }, (_, i) => (i + 1) * size);
}
