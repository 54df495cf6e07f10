/** The server behind a proxy, as its URL says it. */
import { Fault } from '../text/fault.ts';
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
}

/** `localhost:3000`, `:3000` and `3000` are understood as http. Throws `invalid_argument` for what is no http(s) URL. */
export function parseTarget(text: string): Target {
  const url = tryUrl(withScheme(text.trim()));
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '') throw refused(text, 'is no http(s) URL');
  if (url.username !== '' || url.password !== '') throw refused(text, 'names a user');
  const secure = url.protocol === 'https:';
  const name = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? (secure ? 443 : 80) : Number(url.port);
  return { origin: url.origin, secure, name, port, host: url.host, loopback: isLoopback(name) };
}

function withScheme(text: string): string {
  if (/^:?\d{1,5}(?:\/|$)/.test(text)) return `http://localhost:${text.replace(/^:/, '')}`;
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
}

/** Not by `canParse`: Node 20 says yes to some that its constructor refuses. */
function tryUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

const refused = (text: string, why: string): Fault =>
  new Fault('invalid_argument', `target_url=${text} ${why}`, 'Give one such as http://localhost:3000.', {
    parameter: 'target_url',
  });
