/**
 * HTML documents on their way to the browser: the loader goes in as the first thing of the head, nothing else of the page changes.
 * Until that is decided the original bytes are held; whatever cannot be placed passes as it came, with the reason.
 */
import { randomBytes } from 'node:crypto';
import type { Transform } from 'node:stream';
import { allowLoader, sandboxing } from './csp.ts';
import { isForDocument } from './destination.ts';
import { copyTag } from './document-copy.ts';
import { codingsOf, decoders, READABLE } from './encodings.ts';
import { type Fields, field } from './fields.ts';
import { createHeadScanner } from './head-place.ts';
import type { RequestHead, ResponseHead } from './http1.ts';
import { placedLoader } from './loader.ts';
import { namesUtf8 } from './meta-charset.ts';
import type { DocumentInput, DocumentNote, DocumentSink, DocumentWriter } from './surroundings.ts';

const MOST_HELD_BYTES = 64 * 1024;
const MOST_DECODED_BYTES = 256 * 1024;
/** After a place was found: no document is that large, and no honest one grows so. */
const MOST_OUTPUT_BYTES = 512 * 1_048_576;
const CHUNKED = ['Transfer-Encoding', 'chunked'] as const;
/** They say of the bytes what is true of the originals alone. */
const ABOUT_BYTES = new Set([
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'content-md5',
  'digest',
  'content-digest',
  'repr-digest',
  'accept-ranges',
  'etag',
]);
const ASCII_LIKE =
  /^(?:utf-?8|us-ascii|ascii|iso-8859-\d+|latin\d|windows-\d+|koi8-[ru]|gbk|gb2312|gb18030|big5|euc-(?:jp|kr)|shift_jis)$/i;

/** A navigation says so; where it does not, the body has to begin like a whole document. */
export function mayBeDocument(request: RequestHead, response: ResponseHead): boolean {
  if (request.method !== 'GET' && request.method !== 'POST') return false;
  if (response.status === 204 || response.status === 206 || response.status === 304 || response.framing === 0)
    return false;
  if (!/^text\/html\b/i.test(field(response.fields, 'content-type') ?? '')) return false;
  return isForDocument(request.fields) ?? true;
}

/** Asked of the target in place of what the browser takes; null: as the browser says. */
export function acceptEncodingFor(request: RequestHead): string | null {
  const wanted = field(request.fields, 'accept-encoding');
  if (wanted === null || request.method !== 'GET') return null;
  if (!(isForDocument(request.fields) ?? /text\/html/.test(field(request.fields, 'accept') ?? ''))) return null;
  const known = READABLE.split(', ').filter((coding) => wanted.includes(coding));
  return known.length === 0 ? 'identity' : known.join(', ');
}

export function openDocument(
  input: DocumentInput,
  sink: DocumentSink,
  note: (note: DocumentNote) => void,
): DocumentWriter {
  const codings = codingsOf(field(input.response.fields, 'content-encoding'));
  const charset = /charset\s*=\s*"?([^\s";]+)/i.exec(field(input.response.fields, 'content-type') ?? '')?.[1];
  const sandboxed = sandboxing(input.response.fields);
  const document = new DocumentStream(input, sink, note, codings ?? []);
  if (codings === null) document.pass('its encoding is unknown');
  else if (sandboxed !== null) document.pass(sandboxed);
  else if (charset !== undefined && !ASCII_LIKE.test(charset)) document.pass(`its charset is ${charset.slice(0, 40)}`);
  return document;
}

class DocumentStream implements DocumentWriter {
  readonly #input: DocumentInput;
  readonly #sink: DocumentSink;
  readonly #note: (note: DocumentNote) => void;
  readonly #layers: readonly Transform[];
  readonly #scanner = createHeadScanner();
  #state: 'deciding' | 'injected' | 'passing' | 'over' = 'deciding';
  #held: Buffer[] = [];
  #heldBytes = 0;
  #decoded: Buffer[] = [];
  #decodedBytes = 0;
  #hasEnded = false;
  #isFull = false;
  #onDrain: () => void = () => {};

  constructor(
    input: DocumentInput,
    sink: DocumentSink,
    note: (note: DocumentNote) => void,
    codings: readonly string[],
  ) {
    this.#input = input;
    this.#sink = sink;
    this.#note = note;
    this.#layers = decoders(codings);
    this.#connectLayers();
  }

  write(payload: Buffer): boolean {
    if (this.#state === 'over') return true;
    if (this.#state === 'passing') return this.#give(payload);
    if (this.#state === 'deciding') {
      this.#held.push(payload);
      this.#heldBytes += payload.length;
    }
    const [first] = this.#layers;
    const isTaken = first === undefined ? this.#read(payload) : first.write(payload);
    if (this.#state === 'deciding' && this.#heldBytes > MOST_HELD_BYTES) this.pass('no head within its first 64 KiB');
    return isTaken && !this.#isFull;
  }

  end(): void {
    this.#hasEnded = true;
    if (this.#state === 'over') return;
    const [first] = this.#layers;
    if (this.#state === 'passing') this.#finish();
    else if (first === undefined) this.#inputEnded();
    else first.end();
  }

  abort(): void {
    this.#state = 'over';
    for (const layer of this.#layers) layer.destroy();
  }

  resume(): void {
    this.#isFull = false;
    this.#layers.at(-1)?.resume();
    this.#onDrain();
  }

  onDrain(run: () => void): void {
    this.#onDrain = run;
  }

  /** The originals as they are; everything that comes later too. */
  pass(reason: string): void {
    if (this.#state !== 'deciding') return;
    this.#state = 'passing';
    const { fields, framing } = this.#input.response;
    this.#note({ injected: false, reason, csp: null });
    if (framing === 'close') this.#sink.head([...fields, ...CHUNKED], 'chunked');
    else this.#sink.head(fields, framing === 'tunnel' ? 'chunked' : framing);
    for (const bytes of this.#held.splice(0)) this.#give(bytes);
    for (const layer of this.#layers) layer.destroy();
    if (this.#hasEnded) this.#finish();
  }

  #connectLayers(): void {
    for (const [index, layer] of this.#layers.entries()) {
      const next = this.#layers[index + 1];
      layer.on('error', (error) => this.#broken(error));
      if (next !== undefined) layer.pipe(next);
      else {
        layer.on('data', (bytes: Buffer) => {
          if (!this.#read(bytes)) layer.pause();
        });
        layer.on('end', () => this.#inputEnded());
      }
    }
    this.#layers[0]?.on('drain', () => this.#onDrain());
  }

  /** Corrupt, or cut off: before anything was sent the originals can still go out. */
  #broken(error: Error): void {
    if (this.#state === 'deciding') this.pass(`it cannot be decoded (${error.message})`);
    else if (this.#state === 'injected') this.#fail(`the document cannot be decoded any further (${error.message})`);
  }

  /** Decoded bytes. False: no more for now. */
  #read(bytes: Buffer): boolean {
    if (this.#state === 'injected') return this.#giveDecoded(bytes);
    if (this.#state !== 'deciding') return true;
    this.#decoded.push(bytes);
    this.#decodedBytes += bytes.length;
    const found = this.#scanner.feed(bytes);
    if (found?.kind === 'place' && this.#isMeant(found.isWhole)) return this.#inject(found.at);
    if (found?.kind === 'place') this.pass('it begins like a fragment');
    else if (found?.kind === 'none') this.pass(found.reason);
    else if (this.#decodedBytes > MOST_DECODED_BYTES) this.pass('no head within 256 KiB');
    return true;
  }

  /** A fragment that a script asks for is text/html too. */
  #isMeant(isWhole: boolean): boolean {
    return isWhole || field(this.#input.request.fields, 'sec-fetch-dest') !== null;
  }

  #inject(at: number): boolean {
    const { request, response, loader } = this.#input;
    const host = field(request.fields, 'host') ?? '';
    const { fields, nonce, letsInline, note } = allowLoader(response.fields, host, () =>
      randomBytes(16).toString('base64'),
    );
    const whole = Buffer.concat(this.#decoded.splice(0));
    const isInline = letsInline && !namesPolicy(whole);
    const line = placedLoader(isInline ? loader.inline : loader.external, nonce, whole.subarray(0, at));
    const length =
      this.#layers.length === 0 && typeof response.framing === 'number' ? response.framing + line.length : null;
    this.#state = 'injected';
    this.#note({ injected: true, reason: null, csp: note });
    const framed = length === null ? CHUNKED : ['Content-Length', String(length)];
    this.#sink.head([...changedFields(fields, loader.version, namesUtf8(whole)), ...framed], length ?? 'chunked');
    this.#held = [];
    return this.#give(Buffer.concat([whole.subarray(0, at), line, whole.subarray(at)]));
  }

  #giveDecoded(bytes: Buffer): boolean {
    this.#decodedBytes += bytes.length;
    if (this.#decodedBytes > MOST_OUTPUT_BYTES) {
      this.#fail('the document is too large');
      return true;
    }
    return this.#give(bytes);
  }

  #give(bytes: Buffer): boolean {
    this.#isFull = !this.#sink.data(bytes) || this.#isFull;
    return !this.#isFull;
  }

  #inputEnded(): void {
    if (this.#state === 'deciding') {
      const found = this.#scanner.end();
      if (found.kind === 'place') this.#inject(found.at);
      else this.pass(found.reason);
    }
    if (this.#state !== 'passing') this.#finish();
  }

  #finish(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#sink.end();
  }

  #fail(reason: string): void {
    this.abort();
    this.#sink.fail(reason);
  }
}

/** One in a `<meta>`, as far as the document is there, rules what comes after it. */
const namesPolicy = (bytes: Buffer): boolean => /content-security-policy/i.test(bytes.toString('latin1'));

/** For bytes that are no longer the target's: lengths and digests go, and the ETag is that of a copy with the client (RFC 9110 8.8). */
function changedFields(fields: Fields, version: string, isUtf8: boolean): Fields {
  const kept: string[] = [];
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at] ?? '';
    const value = fields[at + 1] ?? '';
    if (ABOUT_BYTES.has(name.toLowerCase())) continue;
    const isBare = isUtf8 && name.toLowerCase() === 'content-type' && !/charset/i.test(value);
    kept.push(name, isBare ? `${value}; charset=utf-8` : value);
  }
  const tag = copyTag(fields, version);
  return tag === null ? kept : [...kept, 'ETag', tag];
}
