/** The server behind a proxy, as its URL says it. */
import { Fault } from '../text/fault.ts';
import { readTargetUrl } from '../text/target-url.ts';
import { isLoopback } from './authority.ts';

export interface Target {
  /** `http://localhost:3000`, as a browser writes an origin. */
  readonly origin: string;
  readonly secure: boolean;
  /** Lower case; IPv6 without brackets. */
  readonly name: string;
  readonly port: number;
  /** For the Host field: the port only where it is not the scheme's. */
  readonly host: string;
  /** Never leaves this machine: may have a certificate that nobody has signed. */
  readonly loopback: boolean;
  /** What follows the origin, `/` at least: where to begin. It is no part of what the proxy leads to. */
  readonly entry: string;
}

/** As `readTargetUrl` reads it. Throws `invalid_argument` for what is no http(s) URL. */
export function parseTarget(text: string): Target {
  const url = readTargetUrl(text);
  if (typeof url === 'string') throw refused(text, url);
  const secure = url.protocol === 'https:';
  const name = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  const entry = `${url.pathname}${url.search}${url.hash}`;
  return { origin: url.origin, secure, name, port, host: url.host, loopback: isLoopback(name), entry };
}

const refused = (text: string, why: string): Fault =>
  new Fault('invalid_argument', `target_url=${text} ${why}`, 'Give one such as http://localhost:3000.', {
    parameter: 'target_url',
  });
