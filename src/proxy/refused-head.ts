/** Of a head that was refused before it could be read: its method and target, as far as they are legal. For the log alone. */

import type { RequestHead } from './http1.ts';
import { past, SPACE, TARGET, TOKEN } from './http1-bytes.ts';
import type { Refusal } from './reply.ts';

/** What the log needs of a request; of one that nobody can read an empty method and head. */
export type LoggedHead = Pick<RequestHead, 'method' | 'raw'>;

/** A handshake record that begins as all versions of TLS do (RFC 8446 5.1). */
export const isTlsHello = (bytes: Buffer): boolean => bytes[0] === 0x16 && bytes[1] === 3;

/** Who spoke TLS cannot read it; the log has it, and whoever looks there. */
export const tlsRefusal = (port: number): Refusal => ({
  status: 400,
  code: 'tls',
  message: `this is https, and the proxy speaks http: open http://localhost:${port}/`,
});

/** `bytes`: what came of it. Fields are left out: what they hold was not looked at. */
export function refusedHead(bytes: Buffer): LoggedHead {
  const space = past(bytes, 0, TOKEN);
  const behind = past(bytes, space + 1, TARGET);
  const isLine = space > 0 && bytes[space] === SPACE && (bytes[behind] === SPACE || behind >= bytes.length);
  if (!isLine) return { method: '', raw: Buffer.alloc(0) };
  const line = bytes.toString('latin1', 0, behind);
  return { method: line.slice(0, space), raw: Buffer.from(`${line} HTTP/1.1\r\n\r\n`, 'latin1') };
}
