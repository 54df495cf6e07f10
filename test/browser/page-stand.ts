/** Pages with the built client, and the page socket that it talks to, without a proxy between: what the client itself does. */

import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterEach } from 'vitest';
import type { ExecAnswer, PageEntry } from '../../src/page/protocol.ts';
import type { RequestHead } from '../../src/proxy/http1.ts';
import type { PageFacts } from '../../src/proxy/page-connection.ts';
import { PageSocket } from '../../src/proxy/page-socket.ts';

export interface PageStand {
  readonly url: string;
  readonly socket: PageSocket;
  readonly entries: (PageEntry & { page: number })[];
  readonly pages: Map<number, PageFacts & { open: boolean }>;
  readonly answers: ExecAnswer[];
  /** Fields of every request but the client's own. */
  readonly requests: { url: string; headers: IncomingMessage['headers'] }[];
  /** Until it is true; looked at whenever something has come in. */
  until(what: () => boolean): Promise<void>;
  /** Ends all connections and refuses new ones until reopened. */
  shut(isShut: boolean): void;
}

const stands: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(stands.splice(0).map((stand) => stand.close()));
});

let client: Promise<string> | null = null;

function clientScript(): Promise<string> {
  client ??= build({
    entryPoints: [fileURLToPath(new URL('../../src/page/main.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
  }).then(({ outputFiles }) => outputFiles[0]?.text ?? '');
  return client;
}

type Page =
  | string
  | {
      readonly body: string;
      readonly type?: string;
      readonly headers?: Record<string, string>;
      readonly status?: number;
    };

/** `pages`: path → document (the loader goes into `<head>`) or anything else. */
export async function openPageStand(pages: Record<string, Page>): Promise<PageStand> {
  const script = await clientScript();
  const entries: PageStand['entries'] = [];
  const known: PageStand['pages'] = new Map();
  const answers: ExecAnswer[] = [];
  const requests: PageStand['requests'] = [];
  const waiting: (() => void)[] = [];
  const news = () => {
    for (const look of [...waiting]) look();
  };
  const open = new Set<Duplex>();
  let isShut = false;
  let id = 0;
  const socket = new PageSocket({
    tap: {
      keep(page, entry) {
        entries.push({ ...entry, page });
        news();
      },
    },
    micros: () => Number(process.hrtime.bigint() / 1_000n),
    random: () => randomBytes(24),
    nextId: () => ++id,
    changed: (facts) => {
      known.set(facts.page, { ...facts, open: true });
      news();
    },
    gone: (page) => {
      const facts = known.get(page);
      if (facts !== undefined) known.set(page, { ...facts, open: false });
      news();
    },
    count() {},
    answered: (answer) => {
      answers.push(answer);
      news();
    },
  });

  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const say = (status: number, type: string, body: string, headers = {}) =>
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store', ...headers }).end(body);
    if (path === '/__devtool/client.js') return say(200, 'text/javascript', script);
    if (path === '/__devtool/token') return say(isShut ? 502 : 200, 'text/plain', socket.mintToken());
    if (path.startsWith('/__devtool/exec/')) {
      const code = socket.takeScript(path);
      return say(code === null ? 404 : 200, 'text/javascript', code ?? '');
    }
    requests.push({ url: request.url ?? '', headers: request.headers });
    news();
    const page = pages[path];
    if (page === undefined) return say(404, 'text/plain', 'nothing');
    const { body, type = 'text/html', headers = {}, status = 200 } = typeof page === 'string' ? { body: page } : page;
    return say(status, type, body.replace('<head>', '<head><script src="/__devtool/client.js"></script>'), headers);
  });
  server.on('upgrade', (request, taken, rest) => {
    if (isShut || !socket.redeem(request.url ?? '')) return taken.destroy();
    open.add(taken);
    taken.once('close', () => open.delete(taken));
    return socket.accept(headOf(request), taken, rest);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;
  const poll = setInterval(news, 50);
  stands.push({
    async close() {
      clearInterval(poll);
      socket.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
  return {
    url,
    socket,
    entries,
    pages: known,
    answers,
    requests,
    shut(shut) {
      isShut = shut;
      if (shut) for (const taken of open) taken.destroy();
    },
    until: (what) =>
      new Promise((resolve) => {
        const look = () => {
          if (!what()) return;
          waiting.splice(waiting.indexOf(look), 1);
          resolve();
        };
        waiting.push(look);
        look();
      }),
  };
}

const headOf = ({ url = '', rawHeaders }: IncomingMessage): RequestHead => ({
  kind: 'request',
  method: 'GET',
  target: url,
  minor: 1,
  fields: rawHeaders,
  raw: Buffer.alloc(0),
  framing: 0,
  keepAlive: true,
  upgrade: true,
  expectContinue: false,
});
