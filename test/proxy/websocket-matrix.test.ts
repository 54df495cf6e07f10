/**
 * WebSockets of `ws` through the proxy, a case for each combination: every byte of both directions as it was sent, and the log's
 * messages as they were said. Relays before and behind the proxy keep the bytes.
 */
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Server } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type PerMessageDeflateOptions, type RawData, WebSocket, WebSocketServer } from 'ws';
import { trafficObservers } from '../../src/proxy/traffic-observers.ts';
import { FROM_BROWSER, type MessageRecord } from '../../src/proxy/traffic-records.ts';
import { openStand } from './stand.ts';

const SIZES = [0, 1, 125, 126, 127, 4_096, 65_535, 65_536, 100_000];
const FRAGMENTS = [1, 2, 5];
const CODES = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999, null];
const NO_TAKEOVER = { serverNoContextTakeover: true, clientNoContextTakeover: true, threshold: 0 };
const EXTENSIONS: Readonly<Record<string, boolean | PerMessageDeflateOptions>> = {
  plain: false,
  'deflate with context takeover': { threshold: 0 },
  'deflate without context takeover': NO_TAKEOVER,
};
const KEPT = 64 * 1_024;

interface Said {
  readonly opcode: number;
  readonly size: number;
  /** The first bytes, latin1. */
  readonly text: string;
}

const said = (opcode: number, payload: Buffer): Said => ({
  opcode,
  size: payload.length,
  text: payload.subarray(0, KEPT).toString('latin1'),
});

const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port;
const listening = (server: Server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

/** Goes on to `port`, and keeps what passes, of its one connection. */
async function openRelay(port: number) {
  const kept = { up: [] as Buffer[], down: [] as Buffer[] };
  const relay = createTcpServer((near) => {
    const far = connect(port, '127.0.0.1');
    near.on('data', (chunk) => kept.up.push(chunk)).pipe(far);
    far.on('data', (chunk) => kept.down.push(chunk)).pipe(near);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
  });
  await listening(relay);
  onTestFinished(() => {
    relay.close();
  });
  const behindHead = (parts: Buffer[]) => {
    const all = Buffer.concat(parts);
    return all.subarray(all.indexOf('\r\n\r\n') + 4);
  };
  return {
    port: portOf(relay),
    take() {
      const bytes = { up: behindHead(kept.up), down: behindHead(kept.down) };
      kept.up.length = 0;
      kept.down.length = 0;
      return bytes;
    },
  };
}

/** Sends a message in so many frames, with pings between them if wanted. */
function sendIn(socket: WebSocket, payload: Buffer, binary: boolean, fragments: number, pings: boolean): void {
  const size = Math.ceil(payload.length / fragments);
  for (let n = 0; n < fragments; n++) {
    socket.send(payload.subarray(n * size, (n + 1) * size), { binary, fin: n === fragments - 1 });
    if (pings && n < fragments - 1) socket.ping(`between ${n}`);
  }
}

function payloadOf(size: number, binary: boolean): Buffer {
  const payload = Buffer.alloc(size);
  for (let i = 0; i < size; i++) payload[i] = binary ? (i * 31 + (i >> 8)) & 0xff : 0x20 + ((i * 7 + (i >> 6)) % 90);
  return payload;
}

const asBuffer = (data: RawData): Buffer =>
  Array.isArray(data) ? Buffer.concat(data) : Buffer.isBuffer(data) ? data : Buffer.from(data);

/** A target that says all it hears again, in as many frames, and answers `close N` by closing with N. */
async function openPlace(perMessageDeflate: boolean | PerMessageDeflateOptions) {
  const say = { fragments: 1, pings: false };
  const server = createServer();
  const sockets = new WebSocketServer({ server, perMessageDeflate, maxPayload: 0 });
  sockets.on('connection', (socket) => {
    socket.on('error', () => {});
    socket.on('message', (data, binary) => {
      const text = binary ? '' : asBuffer(data).toString('latin1');
      if (text.startsWith('close ')) socket.close(Number(text.slice(6)), 'as asked');
      else sendIn(socket, asBuffer(data), binary, say.fragments, say.pings);
    });
  });
  await listening(server);
  const messages: MessageRecord[] = [];
  const behind = await openRelay(portOf(server));
  const stand = await openStand(`http://127.0.0.1:${behind.port}`, {
    around: {
      observers: trafficObservers((_id, message) =>
        messages.push({ ...message, payload: Buffer.from(message.payload) }),
      ),
    },
  });
  const before = await openRelay(stand.port);
  onTestFinished(() => {
    sockets.close();
    server.close();
  });
  const heard = (fromBrowser: boolean): Said[] =>
    messages
      .filter(({ flags }) => ((flags & FROM_BROWSER) !== 0) === fromBrowser)
      // What it answers by itself, and when, is its own affair.
      .filter(({ opcode }) => opcode < 8)
      .map(({ opcode, payload, size }) => ({ opcode, size, text: payload.toString('latin1') }));
  return {
    say,
    async open() {
      messages.length = 0;
      const socket = new WebSocket(`ws://localhost:${before.port}/`, {
        perMessageDeflate,
        maxPayload: 0,
        headers: { Host: stand.host },
      });
      await new Promise((resolve) => socket.once('open', resolve));
      return socket;
    },
    /** Differences between the two sides of the proxy; of what was logged and what was said. */
    faults(expected: readonly Said[]): string[] {
      const [here, there] = [before.take(), behind.take()];
      const faults: string[] = [];
      if (!here.up.equals(there.up)) faults.push(`up: ${here.up.length} bytes sent, ${there.up.length} came`);
      if (!here.down.equals(there.down)) faults.push(`down: ${there.down.length} bytes sent, ${here.down.length} came`);
      for (const fromBrowser of [true, false])
        if (JSON.stringify(heard(fromBrowser)) !== JSON.stringify(expected))
          faults.push(`logged ${JSON.stringify(heard(fromBrowser).map(({ opcode, size }) => [opcode, size]))}`);
      return faults;
    },
    controls: () => messages.filter(({ opcode }) => opcode >= 8),
    settle: () => {
      before.take();
      behind.take();
    },
  };
}

const closed = (socket: WebSocket) =>
  new Promise<{ code: number; reason: string }>((resolve) =>
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString() })),
  );

/** Every combination of what a message may be, each twice over one connection, so that a window is used again. */
function* cases() {
  for (const size of SIZES)
    for (const fragments of FRAGMENTS)
      for (const binary of [false, true])
        for (const pings of fragments === 1 ? [false] : [false, true]) yield { size, fragments, binary, pings };
}

test.each(Object.keys(EXTENSIONS))('%s: 90 kinds of message', { timeout: 120_000 }, async (name) => {
  const place = await openPlace(EXTENSIONS[name] ?? false);
  const wrong: string[] = [];
  let count = 0;
  for (const { size, fragments, binary, pings } of cases()) {
    Object.assign(place.say, { fragments, pings });
    const socket = await place.open();
    const payload = payloadOf(size, binary);
    for (let turn = 0; turn < 2; turn++) {
      const echo = new Promise<Buffer>((resolve) => socket.once('message', (data) => resolve(asBuffer(data))));
      sendIn(socket, payload, binary, fragments, pings);
      if (!(await echo).equals(payload)) wrong.push(`${size} bytes: another echo`);
    }
    socket.close(1000);
    await closed(socket);
    const expected = said(binary ? 2 : 1, payload);
    const faults = place.faults([expected, expected]);
    const seen = place.controls().filter(({ opcode }) => opcode === 9).length;
    if (pings && seen !== 4 * (fragments - 1)) faults.push(`${seen} pings logged`);
    wrong.push(
      ...faults.map((fault) => `size=${size} fragments=${fragments} binary=${binary} pings=${pings}: ${fault}`),
    );
    count += 1;
  }
  expect(wrong).toEqual([]);
  expect(count).toBe(90);
});

test.each(['browser', 'target'])('17 close codes from the %s', async (who) => {
  const place = await openPlace(false);
  const wrong: string[] = [];
  for (const code of CODES) {
    if (who === 'target' && code === null) continue;
    const socket = await place.open();
    const end = closed(socket);
    if (who === 'target') socket.send(`close ${code}`);
    else if (code === null) socket.close();
    else socket.close(code, 'as asked');
    const { code: got } = await end;
    if (got !== (code ?? 1005)) wrong.push(`${code}: the browser saw ${got}`);
    const first = place
      .controls()
      .find(({ opcode, flags }) => opcode === 8 && ((flags & FROM_BROWSER) !== 0) === (who === 'browser'));
    const logged = first === undefined ? -1 : first.payload.length < 2 ? null : first.payload.readUInt16BE(0);
    if (logged !== code) wrong.push(`${code}: logged ${logged}`);
    const said = code === null ? '' : 'as asked';
    if (first?.payload.subarray(2).toString() !== said) wrong.push(`${code}: reason ${first?.payload.subarray(2)}`);
    place.settle();
  }
  expect(wrong).toEqual([]);
});
