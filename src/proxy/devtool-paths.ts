/** Paths under `/__devtool/`: answered here, never by the target. */
import { createHash } from 'node:crypto';
import { MOST_REPORT_BYTES, REPORT_PATH, SOCKET_PATH, TOKEN_PATH } from '../page/protocol.ts';
import { type Fields, field } from './fields.ts';
import { isOwnOrigin, type OwnNames } from './host.ts';
import type { RequestHead } from './http1.ts';
import type { Loader } from './loader.ts';
import type { Reply } from './reply.ts';
import type { PageClient, PageDoor } from './surroundings.ts';

const ROOT = '/__devtool';
export const CLIENT_PATH = `${ROOT}/client.js`;
const HEALTH_PATH = `${ROOT}/health`;
const EXEC_PATH = `${ROOT}/exec/`;

const loaders = new WeakMap<PageClient, Loader>();

/** What goes into documents. Browsers keep the script of the address, compiled, until there is another one. */
export function loaderOf(client: PageClient): Loader {
  const known = loaders.get(client);
  if (known !== undefined) return known;
  const made = {
    inline: Buffer.from(`<script>${client.inline}</script>`, 'latin1'),
    external: Buffer.from(`<script src="${addressOf(client)}"></script>`, 'latin1'),
    version: versionOf(client),
  };
  loaders.set(client, made);
  return made;
}

const versionOf = ({ script, inline }: PageClient): string =>
  createHash('sha256').update(script).update(inline).digest('hex').slice(0, 10);

const addresses = new WeakMap<PageClient, string>();

function addressOf(client: PageClient): string {
  const known = addresses.get(client);
  if (known !== undefined) return known;
  const made = `${CLIENT_PATH}?v=${versionOf(client)}`;
  addresses.set(client, made);
  return made;
}

/** What is ours is shown in no frame: whoever could put it under a page of theirs has no business with it. */
const UNFRAMED: Fields = ['Content-Security-Policy', "frame-ancestors 'none'"];

/** Whether a request target is ours. */
export function isDevtoolPath(target: string): boolean {
  if (!target.startsWith(ROOT)) return false;
  const behind = target.charAt(ROOT.length);
  return behind === '' || behind === '/' || behind === '?';
}

export interface DevtoolParts {
  readonly client: PageClient;
  readonly page: PageDoor | null;
}

/**
 * `probe`: the server has to find out whether the target can be reached; `open`: the connection becomes a page's; `take`: the
 * request's body is a page's.
 */
export type DevtoolAnswer =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'probe' }
  | { readonly kind: 'open' | 'take'; readonly door: PageDoor };

/** Whoever asks came by a Host of ours; what only our own pages may have is refused to others. */
export function answerDevtool(head: RequestHead, own: OwnNames, { client, page }: DevtoolParts): DevtoolAnswer {
  const path = head.target.split('?', 1)[0] ?? '';
  if (page !== null && path === TOKEN_PATH) return tokenFor(head, own, page);
  if (page !== null && path === SOCKET_PATH) return open(head, own, page);
  if (page !== null && path === REPORT_PATH) return take(head, own, page);
  if (path === HEALTH_PATH) return isRead(head) ? { kind: 'probe' } : NOT_ALLOWED;
  if (path === CLIENT_PATH) return isRead(head) ? clientScript(head.target, client) : NOT_ALLOWED;
  if (page !== null && path.startsWith(EXEC_PATH) && isRead(head)) return execScript(head, page);
  return text(404, `there is no ${ROOT} page of that name`);
}

/** What health says of a probe. */
export function healthReply(reachable: boolean): Reply {
  const body = `${JSON.stringify({ ok: true, target: reachable ? 'up' : 'down' })}\n`;
  return { status: 200, type: 'application/json', body, fields: UNFRAMED };
}

/** Browsers say an Origin with every POST; only a page of this very origin can read the answer. */
function tokenFor(head: RequestHead, own: OwnNames, page: PageDoor): DevtoolAnswer {
  if (head.method !== 'POST') return text(405, 'a token is asked for by POST', ['Allow', 'POST']);
  if (!isOwnPage(head, own)) return FOREIGN;
  return {
    kind: 'reply',
    reply: { status: 200, type: 'text/plain; charset=utf-8', body: page.mintToken(), fields: UNFRAMED },
  };
}

function open(head: RequestHead, own: OwnNames, page: PageDoor): DevtoolAnswer {
  if (head.method !== 'GET' || !head.upgrade || head.framing !== 0) {
    return text(426, 'this is a WebSocket', ['Upgrade', 'websocket', 'Connection', 'Upgrade']);
  }
  return isOwnPage(head, own) && page.redeem(head.target) ? { kind: 'open', door: page } : FOREIGN;
}

/** Another origin's page would have to ask before it sends JSON, and is never told that it may. */
function take(head: RequestHead, own: OwnNames, page: PageDoor): DevtoolAnswer {
  if (head.method !== 'POST') return text(405, 'reports come by POST', ['Allow', 'POST']);
  if (!isOwnPage(head, own)) return FOREIGN;
  if (!/^application\/json\b/i.test(field(head.fields, 'content-type') ?? '')) return text(415, 'reports are JSON');
  if (typeof head.framing !== 'number') return text(411, 'reports say how long they are');
  if (head.framing > MOST_REPORT_BYTES) return text(413, `reports have at most ${MOST_REPORT_BYTES} bytes`);
  return { kind: 'take', door: page };
}

/** What a report is answered with. */
export const reportReply = (taken: boolean): Reply => ({
  status: taken ? 200 : 400,
  type: 'text/plain; charset=utf-8',
  body: taken ? '' : 'devtool-mcp: not a report of the page client\n',
  fields: UNFRAMED,
});

function execScript(head: RequestHead, page: PageDoor): DevtoolAnswer {
  const site = field(head.fields, 'sec-fetch-site');
  if (site !== null && site !== 'same-origin') return FOREIGN;
  const code = page.takeScript(head.target);
  return code === null ? text(404, 'nobody asked to run that, or it was fetched before') : script(code);
}

/** Origin is ours, and the one that the page has by its own Host; `null` never is. */
function isOwnPage({ fields }: RequestHead, own: OwnNames): boolean {
  const origin = field(fields, 'origin');
  const site = field(fields, 'sec-fetch-site');
  if (origin === null || !isOwnOrigin(origin, own) || (site !== null && site !== 'same-origin')) return false;
  return origin.slice(origin.indexOf('//') + 2) === field(fields, 'host');
}

const isRead = ({ method }: RequestHead): boolean => method === 'GET' || method === 'HEAD';

function text(status: number, message: string, fields: Fields = []): DevtoolAnswer {
  const body = `devtool-mcp: ${message}\n`;
  return {
    kind: 'reply',
    reply: { status, type: 'text/plain; charset=utf-8', body, fields: [...UNFRAMED, ...fields] },
  };
}

const script = (body: string): DevtoolAnswer => ({
  kind: 'reply',
  reply: { status: 200, type: 'text/javascript; charset=utf-8', body, fields: UNFRAMED },
});

/** Kept for ever under the address that its content gives it, else not at all. */
function clientScript(target: string, client: PageClient): DevtoolAnswer {
  const isNamed = target === addressOf(client);
  const reply = { status: 200, type: 'text/javascript; charset=utf-8', body: client.script, fields: UNFRAMED };
  return { kind: 'reply', reply: isNamed ? { ...reply, cache: 'private, max-age=31536000, immutable' } : reply };
}

const NOT_ALLOWED = text(405, 'this can be read only', ['Allow', 'GET, HEAD']);
const FOREIGN = text(403, 'only pages of this proxy may do that');
