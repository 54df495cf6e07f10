/** The built program in front of a scripted site, over MCP, and pages of it in a real Chromium. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type Session, until, type World, world } from '../acceptance/harness.ts';
import { type Browser, launch, type Tab } from './chromium.ts';

export interface Answer {
  readonly body: string | Buffer;
  readonly type?: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** By path; a text is a document, or a script where the path ends so. Everything else is 404. */
export type Answers = Readonly<
  Record<string, string | Answer | ((request: IncomingMessage, response: ServerResponse) => void)>
>;

export interface Site {
  /** Of the proxy, which is called `web`; ends with a slash. */
  readonly url: string;
  readonly session: Session;
  readonly place: World;
  readonly browser: Browser;
  /** `path` without the slash in front. */
  open(path?: string): Promise<Tab>;
  errors(): Promise<string>;
  /** What `errors` says, once it says all of these. */
  told(...words: readonly string[]): Promise<string>;
}

/** Ended after the test. */
export async function openSite(answers: Answers): Promise<Site> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    const given = answers[path] ?? { body: 'nothing', type: 'text/plain', status: 404 };
    if (typeof given === 'function') return given(request, response);
    const {
      body,
      type,
      status = 200,
      headers = {},
    } = typeof given === 'object' && 'body' in given ? given : { body: given };
    const kind = type ?? (path.endsWith('.js') ? 'text/javascript' : 'text/html');
    return response.writeHead(status, { 'content-type': kind, 'cache-control': 'no-store', ...headers }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const place = await world();
  const session = await place.connect();
  const target_url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const url = String((await session.ok('proxy', { action: 'start', id: 'web', target_url })).data['url']);
  const browser = await launch();
  const errors = async () => (await session.ok('errors')).text;
  return {
    url,
    session,
    place,
    browser,
    open: (path = '') => browser.open(url + path),
    errors,
    async told(...words) {
      let text = '';
      await until(`errors says ${words.join(', ')}`, async () => {
        text = await errors();
        return words.every((word) => text.includes(word));
      });
      return text;
    },
  };
}
