/** The proxy's end of page sockets, on real connections, with its clock in the test's hand; and pages that say what they like. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { ExecAnswer, PageEntry } from '../../src/page/protocol.ts';
import type { PageFacts } from '../../src/proxy/page-connection.ts';
import { PageSocket } from '../../src/proxy/page-socket.ts';
import { requestOf } from './heads.ts';

export interface PageRoom {
  readonly socket: PageSocket;
  readonly entries: (PageEntry & { page: number })[];
  readonly answers: ExecAnswer[];
  readonly facts: Map<number, PageFacts>;
  /** Pages open, as the proxy's counter has it. */
  open: number;
  /** Each message takes so long on the proxy's clock. */
  step: number;
  connect(): Promise<Caller>;
}

export interface Caller {
  send(...frames: readonly string[]): void;
  /** Until all that was sent has been taken, or the proxy has hung up. */
  settled(): Promise<'open' | 'closed'>;
  readonly heard: string[];
  end(): Promise<void>;
}

export async function openPageRoom(): Promise<PageRoom> {
  let micros = 0;
  let id = 0;
  let key = 0;
  const stand: PageRoom = {
    entries: [],
    answers: [],
    facts: new Map(),
    open: 0,
    step: 10_000,
    socket: new PageSocket({
      tap: { keep: (page, entry) => void stand.entries.push({ ...entry, page }) },
      micros: () => {
        micros += stand.step;
        return micros;
      },
      random: () => Buffer.alloc(24, ++key),
      nextId: () => ++id,
      changed: (facts) => void stand.facts.set(facts.page, facts),
      gone() {},
      count: (n) => {
        stand.open += n;
      },
      answered: (answer) => void stand.answers.push(answer),
    }),
    connect: () => connect(port),
  };
  const server = createServer();
  server.on('upgrade', (request, taken, rest) => {
    const fields = Object.entries(request.headers).map(([name, value]) => `${name}: ${String(value)}\r\n`);
    stand.socket.accept(requestOf(fields.join(''), 'GET /__devtool/socket HTTP/1.1'), taken, rest);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  onTestFinished(async () => {
    stand.socket.close();
    await new Promise((resolve) => server.close(resolve));
  });
  return stand;
}

async function connect(port: number): Promise<Caller> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/__devtool/socket`);
  const heard: string[] = [];
  socket.on('message', (data) => heard.push(String(data)));
  const closed = new Promise<'closed'>((resolve) => socket.once('close', () => resolve('closed')));
  await new Promise((resolve) => socket.once('open', resolve));
  return {
    heard,
    send(...frames) {
      for (const frame of frames) socket.send(frame);
    },
    settled() {
      const taken = new Promise<'open'>((resolve) => socket.once('pong', () => resolve('open')));
      socket.ping();
      return Promise.race([taken, closed]);
    },
    async end() {
      socket.terminate();
      await closed;
    },
  };
}

export const hello = (load: string): string =>
  JSON.stringify({
    say: 'hello',
    version: 1,
    tab: 'tab',
    load,
    url: 'http://localhost/',
    title: load,
    frame: 'top',
    at: 1,
  });
