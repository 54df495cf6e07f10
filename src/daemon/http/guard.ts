/**
 * Who may speak to the HTTP endpoint: nobody through a name that is not this machine's own (DNS rebinding), no page of another
 * origin, nobody without the token. Decides by the head alone, before anything of a body is read.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { isLoopbackV4, parseAuthority } from '../../proxy/authority.ts';

export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 405 | 415 | 421;
  readonly why: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Head = Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'rawHeaders'>;

export const PATH = '/mcp';
const METHODS = new Set(['GET', 'POST', 'DELETE']);
const DEFAULT_PORT = 80;

/** Null for a request that may pass. In this order: what a refusal tells, the next one must not tell a stranger. */
export function refusalOf(head: Head, port: number, token: string): Refusal | null {
  const { headers, method = '', url = '' } = head;
  if (hostsIn(head.rawHeaders) !== 1) return { status: 400, why: 'one Host field, please' };
  if (!isOwnHost(headers.host ?? '', port))
    return {
      status: 421,
      why: `Host ${JSON.stringify(headers.host)} is not this server: use http://localhost:${port}`,
    };
  if (headers.origin !== undefined && !isOwnOrigin(headers.origin, port))
    return { status: 403, why: 'no page of another origin may call this server' };
  if (!isOwnSite(headers['sec-fetch-site']))
    return { status: 403, why: 'no page of another site may call this server' };
  if (!isAuthorized(headers.authorization, token))
    return {
      status: 401,
      why: 'send the token as Authorization: Bearer …; `devtool-mcp daemon info` says in which file it is',
      headers: { 'WWW-Authenticate': 'Bearer realm="devtool-mcp"' },
    };
  if (url.split('?')[0] !== PATH) return { status: 404, why: `there is nothing but ${PATH} here` };
  if (!METHODS.has(method)) return { status: 405, why: `${method} is none of GET, POST, DELETE`, headers: ALLOW };
  if (method === 'POST' && !isJson(headers['content-type']))
    return { status: 415, why: 'Content-Type must be application/json' };
  return null;
}

const ALLOW = { Allow: 'GET, POST, DELETE' };

/** Node takes the first of several and hides the rest. */
const hostsIn = (rawHeaders: readonly string[]): number =>
  rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host').length;

/** Literals and `localhost` alone: a name below `.localhost` may be a page's that somebody serves on this machine. */
function isOwnHost(host: string, port: number): boolean {
  const authority = parseAuthority(host);
  if (authority === null || (authority.port ?? DEFAULT_PORT) !== port) return false;
  return authority.name === 'localhost' || authority.name === '::1' || isLoopbackV4(authority.name);
}

/** `null` is what a sandboxed frame sends, and is nobody's. */
const isOwnOrigin = (origin: string, port: number): boolean =>
  origin.startsWith('http://') && isOwnHost(origin.slice('http://'.length), port);

/** Absent from everything but browsers (Fetch Metadata). */
const isOwnSite = (site: string | readonly string[] | undefined): boolean =>
  site === undefined || site === 'same-origin' || site === 'none';

/** Compares digests, so that neither length nor content of the token shows in the time that it takes. */
function isAuthorized(authorization: string | undefined, token: string): boolean {
  const given = /^Bearer +([^ ]+)$/i.exec(authorization ?? '')?.[1] ?? '';
  return given !== '' && timingSafeEqual(digest(given), digest(token));
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

const isJson = (type: string | undefined): boolean =>
  (type ?? '').split(';')[0]?.trim().toLowerCase() === 'application/json';
