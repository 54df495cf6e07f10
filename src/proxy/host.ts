/**
 * Which Host values are this proxy's: the guard against DNS rebinding. A foreign page can point a name of its own at
 * loopback, never a name of ours or an address literal.
 */
import { type Authority, isLoopback, parseAuthority } from './authority.ts';

/** By what the proxy may be called. */
export interface OwnNames {
  readonly port: number;
  /** The address asked for, and, when that is a wildcard, those of the machine's interfaces. */
  readonly addresses: readonly string[];
  /** Of the public URL: a tunnel or another proxy before this one. */
  readonly publicAuthority: Authority | null;
}

const DEFAULT_PORT = 80;
const USUAL_ORIGIN = 'http://localhost:';

/**
 * Whether a Host value is ours: loopback names and literals, our addresses, with our port; the public URL's authority as
 * it is. Browsers leave out port 80 only, and a public URL's port when it is its scheme's.
 */
export function isOurs(host: string, own: OwnNames): boolean {
  const authority = parseAuthority(host);
  if (authority === null) return false;
  const { name, port } = authority;
  const known = own.publicAuthority;
  if (known !== null && name === known.name && port === known.port) return true;
  if ((port ?? DEFAULT_PORT) !== own.port) return false;
  return isLoopback(name) || own.addresses.includes(name);
}

/** Whether an Origin or the beginning of a Referer is one of the proxy's own origins; `null` never is. */
export function isOwnOrigin(origin: string, own: OwnNames): boolean {
  // By what nearly all pages come: each of their requests says it twice.
  if (origin.startsWith(USUAL_ORIGIN) && origin.slice(USUAL_ORIGIN.length) === String(own.port)) return true;
  const scheme = /^https?:\/\//.exec(origin);
  if (scheme === null) return false;
  const rest = origin.slice(scheme[0].length);
  // Over https we are known only under the public URL.
  return isOurs(rest, scheme[0] === 'https://' ? { ...own, port: 0 } : own);
}
