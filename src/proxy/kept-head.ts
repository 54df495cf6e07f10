/** A head as it was kept, read again: it was framed and checked when it passed, so that this only takes it apart. */
import type { Fields } from './fields.ts';

export interface KeptHead {
  /** `GET / HTTP/1.1` or `HTTP/1.1 200 OK`; '' when there is none. */
  readonly first: string;
  readonly fields: Fields;
}

export function readHead(bytes: Uint8Array): KeptHead {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const [first = '', ...lines] = text.replace(/^\r\n/, '').split('\r\n');
  const fields = lines.flatMap((line) => {
    const colon = line.indexOf(':');
    return colon < 0 ? [] : [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return { first, fields };
}
