/** A head as it was kept, read again: it was framed and checked when it passed, so that this only takes it apart. */
import type { Fields } from './fields.ts';

export class KeptHead {
  /** `GET / HTTP/1.1` or `HTTP/1.1 200 OK`; '' when there is none. */
  readonly first: string;
  readonly #rest: string;
  #fields: Fields | undefined;

  constructor(bytes: Uint8Array) {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    // Empty lines may come before a request's first one.
    const from = text.startsWith('\r\n') ? 2 : 0;
    const end = text.indexOf('\r\n', from);
    this.first = text.slice(from, end < 0 ? text.length : end);
    this.#rest = end < 0 ? '' : text.slice(end + 2);
  }

  /** Taken apart when they are first asked for: of a thousand heads a query shows the fields of none. */
  get fields(): Fields {
    this.#fields ??= this.#rest.split('\r\n').flatMap((line) => {
      const colon = line.indexOf(':');
      return colon < 0 ? [] : [line.slice(0, colon), line.slice(colon + 1).trim()];
    });
    return this.#fields;
  }
}
