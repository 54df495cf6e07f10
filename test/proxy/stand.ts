/** A proxy between real loopback sockets, in this thread: a target that is scripted, a browser that writes bytes, time by hand. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { dialer } from '../../src/proxy/dial.ts';
import type { ExchangeEntry, Outcome } from '../../src/proxy/exchange-tap.ts';
import type { RequestHead, ResponseHead } from '../../src/proxy/http1.ts';
import { CONNECTION_LIMITS, type ConnectionLimits } from '../../src/proxy/limits.ts';
import { ProxyServer } from '../../src/proxy/server.ts';
import type { Surroundings } from '../../src/proxy/surroundings.ts';
import { parseTarget } from '../../src/proxy/target.ts';

/** Bytes of a body that are kept. */
const MOST = 200_000;

export interface Entry {
  readonly head: RequestHead;
  readonly responses: ResponseHead[];
  sent: Buffer;
  received: Buffer;
  outcome: Outcome | null;
  note: string | null;
}

export interface Stand {
  readonly port: number;
  readonly host: string;
  readonly entries: Entry[];
  readonly counts: Record<string, number>;
  readonly failures: string[];
  readonly server: ProxyServer;
  /** Moves the proxy's time on by so many seconds, a second at a time. */
  pass(seconds: number): void;
  /** Resolves when the exchange has begun; has ended. */
  began(index: number): Promise<Entry>;
  ended(index: number): Promise<Entry>;
  /** Resolves when so many connections are open; so many bytes have come from browsers. */
  accepted(count: number): Promise<void>;
  heard(bytes: number): Promise<void>;
}

export interface StandOptions {
  readonly limits?: Partial<ConnectionLimits>;
  readonly verifyTls?: boolean;
  readonly around?: Partial<Surroundings>;
}

/** Keeps what it is told, and that it is told one end. */
const tellingEntry = (id: number, entry: Entry, changed: () => void): ExchangeEntry => ({
  id,
  touched() {},
  reached() {},
  sent(payload) {
    if (entry.sent.length < MOST) entry.sent = Buffer.concat([entry.sent, ...payload]);
  },
  responded(head) {
    entry.responses.push(head);
  },
  received(payload) {
    if (entry.received.length < MOST) entry.received = Buffer.concat([entry.received, ...payload]);
  },
  ended(outcome, note) {
    if (entry.outcome !== null) throw new Error(`exchange ${id} ended twice`);
    entry.outcome = outcome;
    entry.note = note ?? null;
    changed();
  },
});

export async function openStand(targetUrl: string, options: StandOptions = {}): Promise<Stand> {
  const entries: Entry[] = [];
  const counts: Record<string, number> = {};
  const failures: string[] = [];
  const waiting = new Set<() => void>();
  const look = () => {
    for (const each of waiting) each();
  };
  const until = <Value>(found: () => Value | undefined): Promise<Value> =>
    new Promise((resolve) => {
      const check = () => {
        const value = found();
        if (value === undefined) return;
        waiting.delete(check);
        resolve(value);
      };
      waiting.add(check);
      check();
    });
  const target = parseTarget(targetUrl);
  const quiet = { feed() {} };
  const around = {
    route: {
      target,
      own: { port: 0, addresses: ['127.0.0.1'], publicAuthority: null },
      publicOrigin: null,
      loopTag: 'test-loop-tag',
    },
    dial: dialer(target, { verifyTls: options.verifyTls ?? null }),
    tap: {
      began: (head: RequestHead) => {
        const none = Buffer.alloc(0);
        const entry: Entry = { head, responses: [], sent: none, received: none, outcome: null, note: null };
        const id = entries.push(entry) - 1;
        look();
        return tellingEntry(id, entry, look);
      },
      hold() {},
      release() {},
    },
    observers: { tunnel: () => ({ fromTarget: quiet, fromBrowser: quiet }), events: () => quiet },
    shaping: null,
    documents: null,
    page: null,
    client: { script: '// client\n', inline: '// client' },
    now: 0,
    count: (what: string, n: number) => {
      counts[what] = (counts[what] ?? 0) + n;
      look();
    },
    probe: async () => true,
    failed: (message: string) => failures.push(message),
    ...options.around,
  };
  const server = new ProxyServer(around as Surroundings, { ...CONNECTION_LIMITS, ...options.limits });
  const port = await server.listen('127.0.0.1', 0);
  around.route = { ...around.route, own: { ...around.route.own, port } };
  onTestFinished(() => server.close());
  return {
    port,
    host: `localhost:${port}`,
    entries,
    counts,
    failures,
    server,
    pass(seconds) {
      for (let i = 0; i < seconds; i++) {
        around.now += 1;
        server.tick();
      }
    },
    began: (index) => until(() => entries[index]),
    ended: (index) => until(() => (entries[index]?.outcome == null ? undefined : entries[index])),
    accepted: async (count) =>
      void (await until(() => ((counts['activeConnections'] ?? 0) >= count ? true : undefined))),
    heard: async (bytes) => void (await until(() => ((counts['bytesReceived'] ?? 0) >= bytes ? true : undefined))),
  };
}

/** One end of a connection: what has come, and what to wait for. */
export class Peer {
  readonly socket: Socket;
  text = '';
  isEnded = false;
  isClosed = false;
  error: NodeJS.ErrnoException | null = null;
  readonly #looks = new Set<() => void>();

  constructor(socket: Socket) {
    this.socket = socket;
    const look = () => {
      for (const each of this.#looks) each();
    };
    socket.on('data', (chunk) => {
      this.text += chunk.toString('latin1');
      look();
    });
    socket.on('end', () => {
      this.isEnded = true;
      look();
    });
    socket.on('error', (error) => {
      this.error = error;
    });
    socket.on('close', () => {
      this.isClosed = true;
      look();
    });
  }

  send(text: string | Buffer): this {
    this.socket.write(text, 'latin1');
    return this;
  }

  until(holds: (peer: Peer) => boolean): Promise<this> {
    return new Promise((resolve) => {
      const look = () => {
        if (!holds(this)) return;
        this.#looks.delete(look);
        resolve(this);
      };
      this.#looks.add(look);
      look();
    });
  }

  /** Everything up to the end of the stream. */
  async whole(): Promise<string> {
    await this.until(({ isEnded, isClosed }) => isEnded || isClosed);
    return this.text;
  }

  async has(text: string): Promise<string> {
    await this.until((peer) => peer.text.includes(text));
    return this.text;
  }
}

export function browse(port: number): Peer {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  onTestFinished(() => {
    socket.destroy();
  });
  return new Peer(socket);
}

export interface Origin {
  readonly url: string;
  readonly port: number;
  readonly peers: Peer[];
  /** The nth connection, when it is there. */
  peer(index: number): Promise<Peer>;
  close(): Promise<void>;
}

/** A target that accepts; `script` runs for each connection. */
export async function openOrigin(script: (peer: Peer, index: number) => void = () => {}, port = 0): Promise<Origin> {
  const peers: Peer[] = [];
  const looks = new Set<() => void>();
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    const peer = new Peer(socket);
    peers.push(peer);
    script(peer, peers.length - 1);
    for (const look of looks) look();
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const bound = (server.address() as AddressInfo).port;
  const close = () =>
    new Promise<void>((resolve) => {
      for (const { socket } of peers) socket.destroy();
      server.close(() => resolve());
    });
  onTestFinished(close);
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    peers,
    peer: (index) =>
      new Promise((resolve) => {
        const look = () => {
          const peer = peers[index];
          if (peer === undefined) return;
          looks.delete(look);
          resolve(peer);
        };
        looks.add(look);
        look();
      }),
    close,
  };
}

/** Answers each whole bodyless request head with what `answer` makes of it. */
export function answering(answer: (head: string, count: number) => string): (peer: Peer) => void {
  return (peer) => {
    let count = 0;
    let at = 0;
    peer.socket.on('data', () => {
      for (let end = peer.text.indexOf('\r\n\r\n', at); end !== -1; end = peer.text.indexOf('\r\n\r\n', at)) {
        const head = peer.text.slice(at, end + 4);
        at = end + 4;
        peer.send(answer(head, count++));
      }
    });
  };
}
