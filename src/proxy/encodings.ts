/** Content codings of documents, decoded as they stream (RFC 9110 8.4.1; `deflate` with and without its zlib header). */
import { Transform } from 'node:stream';
import * as zlib from 'node:zlib';

/** What we can read, as an Accept-Encoding. */
export const READABLE = 'gzip, deflate, br';

/** Codings in the order in which they were applied; null when one of them is unknown, or they are too many. */
export function codingsOf(value: string | null): readonly string[] | null {
  const codings = (value ?? '').split(',').flatMap((word) => {
    const coding = word.trim().toLowerCase();
    return coding === '' || coding === 'identity' ? [] : [coding];
  });
  return codings.length <= MOST_LAYERS && codings.every((coding) => coding in DECODERS) ? codings : null;
}

/** More were never meant well. */
const MOST_LAYERS = 5;

/** Node 20 has none for zstd. */
const zstd: unknown = Reflect.get(zlib, 'createZstdDecompress');

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: () => zlib.createGunzip(),
  'x-gzip': () => zlib.createGunzip(),
  br: () => zlib.createBrotliDecompress(),
  deflate: () => new Inflate(),
  ...(typeof zstd === 'function' ? { zstd: () => Reflect.apply(zstd, zlib, []) as Transform } : {}),
};

/** Streams that undo `codings`, the last applied first; write to the first, read from the last. */
export const decoders = (codings: readonly string[]): readonly Transform[] =>
  codings.toReversed().flatMap((coding) => DECODERS[coding]?.() ?? []);

/** Servers send both forms under this name; the first byte tells them apart (RFC 1950 2.2). */
class Inflate extends Transform {
  #inner: Transform | null = null;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#inner ??= this.#open(chunk);
    this.#inner.write(chunk, done);
  }

  override _flush(done: (error?: Error | null) => void): void {
    if (this.#inner === null) done();
    else this.#inner.once('end', () => done()).end();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#inner?.destroy();
    done(error);
  }

  #open(chunk: Buffer): Transform {
    const hasHeader = ((chunk[0] ?? 0) & 0x0f) === 8;
    const inner = hasHeader ? zlib.createInflate() : zlib.createInflateRaw();
    inner.on('data', (bytes: Buffer) => this.push(bytes));
    inner.on('error', (error) => this.destroy(error));
    return inner;
  }
}
