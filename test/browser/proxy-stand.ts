/** A whole proxy in this thread, between a scripted site and a real browser, with the page client in its documents. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { acceptEncodingFor, mayBeDocument, openDocument } from '../../src/proxy/document.ts';
import type { PageDoor } from '../../src/proxy/surroundings.ts';
import { openStand, type Stand } from '../proxy/stand.ts';
import { builtClient, type PageWatch, watchPages } from './page-watch.ts';

/** `'no answer'`: the request is left waiting. */
export type Answer =
  | string
  | {
      readonly body: string | Buffer;
      readonly type?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly status?: number;
    };

export interface Site {
  readonly port: number;
  /** What has come, in order: `GET /path`. */
  readonly requests: string[];
  readonly headers: IncomingMessage['headers'][];
  connections: number;
}

export interface ProxyStand extends PageWatch {
  readonly site: Site;
  readonly proxy: Stand;
  /** What the way in for pages has been asked for, and gave. */
  readonly door: { minted: number; scripts: number; opened: number };
  /** The proxy's own address, without a slash at its end. */
  readonly url: string;
  /** Runs a function body in a page, the newest one if none is named. */
  exec(code: string, page?: number): Promise<PageWatch['answers'][number]>;
}

/** Path → answer; whatever is not named is 404. `news` is called at each request. */
export async function openSite(pages: Readonly<Record<string, Answer>>, news: () => void = () => {}): Promise<Site> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    site.requests.push(`${request.method} ${request.url}`);
    site.headers.push(request.headers);
    const page = pages[path];
    news();
    if (page === 'no answer') return;
    const known =
      page === undefined ? { body: 'nothing', status: 404 } : typeof page === 'object' ? page : { body: page };
    const { body, type = 'text/html', headers = {}, status = 200 }: Exclude<Answer, string> = known;
    response.writeHead(status, { 'content-type': type, ...headers }).end(body);
  });
  server.on('connection', () => {
    site.connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const site: Site = { port: (server.address() as AddressInfo).port, requests: [], headers: [], connections: 0 };
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return site;
}

export async function openProxyStand(pages: Readonly<Record<string, Answer>>): Promise<ProxyStand> {
  const watch = watchPages();
  onTestFinished(() => watch.close());
  const site = await openSite(pages, watch.news);
  const { socket } = watch;
  const door = { minted: 0, scripts: 0, opened: 0 };
  const page: PageDoor = {
    mintToken() {
      door.minted += 1;
      return socket.mintToken();
    },
    redeem: (target) => socket.redeem(target),
    accept(head, taken, rest) {
      door.opened += 1;
      socket.accept(head, taken, rest);
    },
    report: (text) => socket.report(text),
    takeScript(target) {
      const script = socket.takeScript(target);
      if (script !== null) door.scripts += 1;
      return script;
    },
  };
  const proxy = await openStand(`http://127.0.0.1:${site.port}`, {
    around: {
      page,
      documents: { mayBeDocument, acceptEncodingFor, openDocument },
      client: await builtClient(),
    },
  });
  let runs = 0;
  return {
    ...watch,
    site,
    proxy,
    door,
    url: `http://localhost:${proxy.port}`,
    async exec(code, page = [...watch.pages.keys()].at(-1) ?? 0) {
      runs += 1;
      const id = `run-${runs}`;
      if (!watch.socket.exec(page, id, code)) throw new Error(`page ${page} is not open`);
      await watch.until(() => watch.answers.some((answer) => answer.id === id));
      const found = watch.answers.find((answer) => answer.id === id);
      if (found === undefined) throw new Error('unreachable');
      return found;
    },
  };
}
