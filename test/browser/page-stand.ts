/** Pages with the built client, and the page socket that it talks to, without a proxy between: what the client itself does. */

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterEach } from 'vitest';
import type { RequestHead } from '../../src/proxy/http1.ts';
import { builtClient, type PageWatch, watchPages } from './page-watch.ts';

export interface PageStand extends PageWatch {
  readonly url: string;
  /** Fields of every request but the client's own. */
  readonly requests: { url: string; headers: IncomingMessage['headers'] }[];
  /** Ends all connections and refuses new ones until reopened. */
  shut(isShut: boolean): void;
}

const stands: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(stands.splice(0).map((stand) => stand.close()));
});

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
  const { script } = await builtClient();
  const watch = watchPages();
  const { socket, news } = watch;
  const requests: PageStand['requests'] = [];
  const open = new Set<Duplex>();
  let isShut = false;

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
    if (path === '/__devtool/report') {
      let body = '';
      request.setEncoding('utf8').on('data', (part) => {
        body += part;
      });
      request.on('end', () => say(socket.report(body) ? 200 : 400, 'text/plain', ''));
      return;
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
  stands.push({
    async close() {
      watch.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  });
  return {
    ...watch,
    url,
    requests,
    shut(shut) {
      isShut = shut;
      if (shut) for (const taken of open) taken.destroy();
    },
  };
}

const headOf = ({ url = '', rawHeaders }: IncomingMessage): RequestHead => ({
  kind: 'request',
  method: 'GET',
  target: url,
  minor: 1,
  fields: rawHeaders,
  lines: null,
  raw: Buffer.alloc(0),
  framing: 0,
  keepAlive: true,
  upgrade: true,
  expectContinue: false,
});
