import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostileRequests, hostileResponses } from './hostile-heads.ts';
import { BAD_CHUNKS, CONTROLS, DELIMITERS, GOOD_CHUNKS, HIGH } from './hostile-values.ts';
import { cut, type Message, type Reading, read, readText } from './http1-events.ts';
import { NodeClient, type NodeMessage, type NodeReading, NodeServer } from './node-parser.ts';

const server = new NodeServer();
const client = new NodeClient();

beforeAll(async () => {
  await server.open();
  await client.open();
});

afterAll(async () => {
  await server.close();
  await client.close();
});

describe('Node, of requests', () => {
  test('reads the corpus as we do, or we refuse it', async () => {
    const differing: string[] = [];
    for (const one of hostileRequests()) {
      const difference = compare(readText({ role: 'request' }, one.text), await server.read(one.text));
      if (difference !== null) differing.push(`${difference}: ${JSON.stringify(one.text.slice(0, 200))}`);
    }
    expect(differing).toEqual([]);
  });

  test('reads each legal one, but those of methods that it does not know', async () => {
    const refusals: string[] = [];
    for (const one of hostileRequests().filter(({ legal }) => legal)) {
      const { refusal, messages } = await server.read(one.text);
      if (one.group === 'method' && refusal === 'HPE_INVALID_METHOD') continue;
      if (refusal !== null || messages.length !== 1)
        refusals.push(`${refusal}: ${JSON.stringify(one.text.slice(0, 200))}`);
    }
    expect(refusals).toEqual([]);
  });

  test('reads made-up connections as we do, or we refuse them', async () => {
    const property = fc.asyncProperty(streams(requestLine()), async (text) => {
      expect(compare(readText({ role: 'request' }, text), await server.read(text))).toBeNull();
    });
    await fc.assert(property, { numRuns: 3_000 });
  });
});

describe('Node, of responses', () => {
  test('reads the corpus as we do, or we refuse it', async () => {
    const differing: string[] = [];
    for (const { text, answers } of hostileResponses()) {
      const ours = firstFinal(readText({ role: 'response', answers }, text));
      const difference = compare(ours, await client.read(text, answers));
      if (difference !== null) differing.push(`${difference}: ${JSON.stringify(text.slice(0, 200))}`);
    }
    expect(differing).toEqual([]);
  });

  test('reads made-up responses as we do, or we refuse them', async () => {
    const methods = fc.constantFrom('GET', 'HEAD', 'POST');
    const property = fc.asyncProperty(streams(statusLine()), methods, async (text, answers) => {
      const ours = firstFinal(readText({ role: 'response', answers }, text));
      expect(compare(ours, await client.read(text, answers))).toBeNull();
    });
    await fc.assert(property, { numRuns: 1_500 });
  });
});

test.each(['request', 'response'] as const)(
  '10,000 random streams end each reader of a %s, and what it passes is what came',
  (role) => {
    const bytes = fc.uint8Array({ maxLength: 300 }).map((some) => Buffer.from(some).toString('latin1'));
    const text = fc.oneof(
      { weight: 1, arbitrary: bytes },
      { weight: 2, arbitrary: streams(role === 'request' ? requestLine() : statusLine()) },
    );
    const property = fc.property(text, fc.array(fc.nat(400), { maxLength: 6 }), (stream, offsets) => {
      const sorted = offsets.filter((at) => at < stream.length).sort((a, b) => a - b);
      const { messages, refusal, rest } = read({ role }, cut(stream, sorted));
      const end = passedUpTo(stream, messages, role);
      return refusal === null ? stream.slice(end).replace(/^\r\n$/, '') === rest : end <= stream.length;
    });
    fc.assert(property, { numRuns: 10_000 });
  },
);

/** Why the two readings cannot both be: null if they agree as far as both go, and Node goes no further than we do. */
function compare(ours: Reading, node: NodeReading): string | null {
  const known = ours.messages.filter(isWhole);
  const theirs = node.messages.filter((one) => one.whole);
  for (const [i, message] of known.entries()) {
    const other = theirs[i];
    if (other !== undefined && !isSame(message, other)) return `message ${i}: ${JSON.stringify([message, other])}`;
  }
  if (ours.refusal !== null) return null;
  if (theirs.length > known.length) return `Node reads ${theirs.length} messages, we ${known.length}`;
  const stopped =
    node.refusal !== null || known.slice(0, theirs.length).some((one) => !one.flags.includes('keepAlive'));
  return stopped || theirs.length === known.length ? null : `Node reads ${theirs.length} messages, we ${known.length}`;
}

const isInterim = (message: Message): boolean => /^1\d\d /.test(message.first);
const isWhole = (message: Message): boolean => message.ended || isInterim(message);

function isSame(ours: Message, node: NodeMessage): boolean {
  // Node has no version for interim heads.
  const first = isInterim(ours) ? ours.first.slice(0, node.first.length) : ours.first;
  const payload = ours.framing === 'tunnel' ? node.payload : ours.payload;
  return first === node.first && payload === node.payload && ours.fields.join('\n') === node.fields.join('\n');
}

/** What a client sees that asked once: up to the first response that is not interim. What may follow is refused or not, all the same. */
function firstFinal(reading: Reading): Reading {
  const at = reading.messages.findIndex((one) => one.ended || one.framing === 'tunnel');
  return at < 0 ? reading : { messages: reading.messages.slice(0, at + 1), refusal: null, rest: '' };
}

/** How much of the stream the messages are; one empty line may stand before each request. */
function passedUpTo(stream: string, messages: readonly Message[], role: 'request' | 'response'): number {
  let at = 0;
  for (const { head, raw } of messages) {
    if (role === 'request' && stream.startsWith('\r\n', at)) at += 2;
    if (!stream.startsWith(head + raw, at)) return Number.POSITIVE_INFINITY;
    at += head.length + raw.length;
  }
  return at;
}

/** One to three messages from parts that are mostly good, most of them then with a byte or two changed. */
function streams(first: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const lines = fc.array(fieldLine(), { maxLength: 3 });
  const message = fc.tuple(first, lines, framing(), lines).map(([line, before, [framed, body], after]) => {
    return `${[line, ...before, ...framed, ...after].join('\r\n')}\r\n\r\n${body}`;
  });
  const edits = fc.array(fc.tuple(fc.nat(600), fc.nat(2), nasty()), { maxLength: 2 });
  return fc.tuple(fc.array(message, { minLength: 1, maxLength: 3 }), edits).map(([messages, changes]) => {
    return changes.reduce((text, [at, count, put]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + put + text.slice(place + count);
    }, messages.join(''));
  });
}

function nasty(): fc.Arbitrary<string> {
  const parts = [
    '',
    '\r',
    '\n',
    '\r\n',
    '\r\n\r\n',
    '\r\n ',
    'chunked',
    'Host: b\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
  ];
  const bytes = [' ', '\t', ':', ';', ',', '/', '0', '1', '5', 'a', 'F', 'x', '-', '+'];
  return fc.oneof(
    fc.constantFrom(...parts),
    fc.constantFrom(...bytes),
    fc.constantFrom(...CONTROLS, ...DELIMITERS, ...HIGH),
  );
}

/** Mostly one of the first, now and then one of the second. */
function mostly<T>(good: readonly T[], odd: readonly T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 19, arbitrary: fc.constantFrom(...good) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  );
}

function requestLine(): fc.Arbitrary<string> {
  const method = fc.constantFrom('GET', 'GET', 'POST', 'PUT', 'HEAD', 'OPTIONS', 'DELETE');
  const target = mostly(['/', '/a?b', '//x', '/a|b', '/%00', '/{"[]"}'], ['*', 'http://a/', 'a:80', '/a#b']);
  const version = mostly(['HTTP/1.1'], ['HTTP/1.0', 'HTTP/1.2', 'HTTP/2.0', 'HTTP/0.9']);
  const host = mostly(
    ['\r\nHost: a', '\r\nhost:a:80 ', '\r\nHOST:\t[::1]\t'],
    ['', '\r\nHost: a b', '\r\nHost: a\r\nHost: a'],
  );
  return fc.tuple(method, target, version, host).map(([m, t, v, h]) => `${m} ${t} ${v}${h}`);
}

function statusLine(): fc.Arbitrary<string> {
  const version = mostly(['HTTP/1.1'], ['HTTP/1.0', 'HTTP/1.2']);
  const status = fc.constantFrom(
    '200 OK',
    '200',
    '200 ',
    '404 No\xe9',
    '204 X',
    '304 X',
    '100 Continue',
    '103 X',
    '500 a b',
  );
  return fc.tuple(version, status).map(([v, s]) => `${v} ${s}`);
}

function fieldLine(): fc.Arbitrary<string> {
  const common = [
    'A: b',
    'a:',
    'X-Y:\tz \t',
    'Connection: keep-alive',
    'Cookie: a=b; c="d\xe9"',
    '__proto__: a',
    'Expect: x',
  ];
  const length = ['Content-Length: 5', 'Content-Length: 0', 'Content-Length: +5', 'Content-Length: 5, 5'];
  const coding = [
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: gzip, chunked',
    'Transfer-Encoding: identity',
    'Connection: close',
  ];
  return mostly(common, [...length, ...coding]);
}

/** Fields that declare a body, and the body that they declare; or not. */
function framing(): fc.Arbitrary<readonly [readonly string[], string]> {
  const lengths = ['Content-Length: 5', 'content-length:5 ', 'CONTENT-LENGTH: 05'].map(
    (line) => [[line], 'hello'] as const,
  );
  const codings = ['Transfer-Encoding: chunked', 'transfer-encoding:Chunked '].flatMap((line) =>
    GOOD_CHUNKS.map((body) => [[line], body] as const),
  );
  const wrong = BAD_CHUNKS.filter((body) => body.length < 100).map(
    (body) => [['Transfer-Encoding: chunked'], body] as const,
  );
  const crossed = [...lengths, ...codings].flatMap(([lines]) => [
    [lines, ''] as const,
    [lines, '5\r\nhello\r\n0\r\n\r\n'] as const,
  ]);
  const none = [[], ''] as const;
  return fc.oneof(fc.constant(none), fc.constantFrom(...lengths), mostly(codings, [...wrong, ...crossed]));
}
