import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { FROM_BROWSER, IS_COMPRESSED, type MessageRecord } from '../../src/proxy/traffic-records.ts';
import { observeWebSocket } from '../../src/proxy/websocket-observer.ts';

/** Both directions of a real connection of `ws` with itself, as bytes. */
async function recorded(deflate: boolean | object, talk: (socket: WebSocket) => Promise<void>) {
  const server = createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate: deflate });
  sockets.on('connection', (socket) =>
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bytes = { sent: [] as Buffer[], received: [] as Buffer[] };
  const relay = createTcpServer((browser) => {
    const target = connect((server.address() as AddressInfo).port, '127.0.0.1');
    browser.on('data', (chunk) => bytes.sent.push(chunk)).pipe(target);
    target.on('data', (chunk) => bytes.received.push(chunk)).pipe(browser);
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const socket = new WebSocket(`ws://127.0.0.1:${(relay.address() as AddressInfo).port}`, {
    perMessageDeflate: deflate !== false,
  });
  await new Promise((resolve) => socket.once('open', resolve));
  await talk(socket);
  socket.close(4_001, 'enough');
  await new Promise((resolve) => socket.once('close', resolve));
  sockets.close();
  await Promise.all([relay, server].map((each) => new Promise((resolve) => each.close(resolve))));
  const afterHead = (parts: Buffer[]) => {
    const all = Buffer.concat(parts);
    return all.subarray(all.indexOf('\r\n\r\n') + 4);
  };
  return { sent: afterHead(bytes.sent), received: afterHead(bytes.received) };
}

function observed(
  bytes: Buffer,
  size: number,
  extensions: { deflate: boolean; fresh: boolean },
  fromBrowser = false,
): MessageRecord[] {
  const messages: MessageRecord[] = [];
  const observer = observeWebSocket(fromBrowser, extensions, (message) => messages.push(message));
  for (let at = 0; at < bytes.length; at += size) observer.feed(bytes.subarray(at, at + size));
  return messages;
}

const TEXTS = ['hello', '{"type":"update"}'.repeat(20), '', 'x'.repeat(70_000), '{"type":"update"}'.repeat(20)];

/** Sends each text and waits for its echo. */
async function talk(socket: WebSocket): Promise<void> {
  for (const text of TEXTS) {
    socket.send(text);
    await new Promise((resolve) => socket.once('message', resolve));
  }
  socket.ping('p');
  await new Promise((resolve) => socket.once('pong', resolve));
}

const texts = (messages: readonly MessageRecord[]) =>
  messages.filter(({ opcode }) => opcode === 1).map(({ payload }) => payload.toString());

describe.each([
  ['plain', false, { deflate: false, fresh: false }],
  ['permessage-deflate with its window kept', { threshold: 0 }, { deflate: true, fresh: false }],
  [
    'permessage-deflate without',
    { threshold: 0, serverNoContextTakeover: true, clientNoContextTakeover: true },
    { deflate: true, fresh: true },
  ],
])('%s', (_name, deflate, extensions) => {
  test('each message in both directions, cut anywhere', async () => {
    const { sent, received } = await recorded(deflate, talk);
    for (const size of [1, 2, 3, 7, 1_000, 100_000]) {
      for (const [bytes, fromBrowser] of [
        [sent, true],
        [received, false],
      ] as const) {
        const messages = observed(bytes, size, extensions, fromBrowser);
        expect(texts(messages)).toEqual(TEXTS.map((text) => text.slice(0, 65_536)));
        expect(messages.map(({ size: whole, opcode }) => [opcode, whole]).slice(0, 4)).toEqual(
          TEXTS.slice(0, 4).map((text) => [1, text.length]),
        );
        expect(
          messages.every(
            ({ flags }) => (flags & FROM_BROWSER) === (fromBrowser ? FROM_BROWSER : 0) && (flags & IS_COMPRESSED) === 0,
          ),
        ).toBe(true);
        const close = messages.find(({ opcode }) => opcode === 8);
        expect(close?.payload.readUInt16BE(0)).toBe(4_001);
      }
    }
  });
});

const frame = (opcode: number, text: string, isFinal = true): Buffer =>
  Buffer.concat([Buffer.from([(isFinal ? 0x80 : 0) | opcode, text.length]), Buffer.from(text)]);

test('a message in fragments, with a ping between them', () => {
  const bytes = Buffer.concat([frame(1, 'ab', false), frame(9, 'p'), frame(0, 'cd', false), frame(0, 'e')]);
  const messages = observed(bytes, 1, { deflate: false, fresh: false });
  expect(messages.map(({ opcode, payload }) => [opcode, payload.toString()])).toEqual([
    [9, 'p'],
    [1, 'abcde'],
  ]);
});

test('after a compressed message that is too large to undo, later ones are kept as they came', () => {
  const lost = Buffer.concat([Buffer.from([0xc1, 2]), Buffer.from([0xff, 0xff]), Buffer.from([0xc1, 1, 0])]);
  const messages = observed(lost, 100, { deflate: true, fresh: false });
  expect(messages.map(({ flags, size }) => [flags, size])).toEqual([
    [IS_COMPRESSED, 2],
    [IS_COMPRESSED, 1],
  ]);
});

test('what is no WebSocket is not looked at any further; nothing throws', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, deflate) => {
      observed(Buffer.from(bytes), 5, { deflate, fresh: false });
    }),
    { numRuns: 2_000 },
  );
  expect(observed(Buffer.from([0x70, 0, ...frame(1, 'x')]), 10, { deflate: false, fresh: false })).toEqual([]);
});
