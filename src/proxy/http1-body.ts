/** Bodies (RFC 9112 6, 7): passed on as they came, with what they carry beside it. */
import { CR, LF, SEMICOLON } from './http1-bytes.ts';
import { Http1Error, shown, shownByte } from './http1-error.ts';
import { readField } from './http1-fields.ts';
import type { Limits } from './http1-head.ts';
import type { Input } from './http1-input.ts';
import { lineEnd } from './http1-lines.ts';

/** Part of a body. */
export interface BodyPart {
  readonly kind: 'body';
  /** To pass on as it is: chunk lines and trailers in it are validated and whole. */
  readonly raw: Buffer;
  /** What it carries. */
  readonly payload: readonly Buffer[];
}

export interface Body {
  /** Nothing is left of it. */
  readonly ended: boolean;
  /** The end of the stream is the end of the body. */
  readonly untilClose: boolean;
  /** The next part; null: needs more bytes. Throws Http1Error. */
  take(input: Input): BodyPart | null;
}

/** The body that the framing declares, unread. */
export function openBody(framing: number | 'chunked' | 'close', limits: Limits): Body {
  if (framing === 'chunked') return new ChunkedBody(limits);
  return framing === 'close' ? new PlainBody(Number.POSITIVE_INFINITY) : new PlainBody(framing);
}

/** Bytes as they are, `left` of them. */
class PlainBody implements Body {
  #left: number;
  readonly untilClose: boolean;

  constructor(left: number) {
    this.#left = left;
    this.untilClose = left === Number.POSITIVE_INFINITY;
  }

  get ended(): boolean {
    return this.#left === 0;
  }

  take(input: Input): BodyPart | null {
    if (input.at === input.end && !input.more()) return null;
    const count = Math.min(this.#left, input.end - input.at);
    const raw = input.bytes.subarray(input.at, input.at + count);
    input.skip(count);
    this.#left -= count;
    return { kind: 'body', raw, payload: [raw] };
  }
}

/** Where a chunked body stands: before a size line, in data, before the CR LF behind them, before a trailer or the last line. */
type Place = 'size' | 'data' | 'data-end' | 'trailer' | 'ended';

/** RFC 9112 7.1. Each step validates a whole line, or passes data on; a step that fails has changed nothing. */
class ChunkedBody implements Body {
  readonly untilClose = false;
  readonly #limits: Limits;
  #place: Place = 'size';
  /** Of the chunk, bytes. */
  #left = 0;
  #trailers = 0;
  #trailerBytes = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get ended(): boolean {
    return this.#place === 'ended';
  }

  take(input: Input): BodyPart | null {
    for (;;) {
      const start = input.at;
      const payload: Buffer[] = [];
      this.#run(input, start, payload);
      if (input.at > start) return { kind: 'body', raw: input.bytes.subarray(start, input.at), payload };
      if (!input.more()) return null;
    }
  }

  /** Steps until the window has no whole line or data left. What is good before a failure is passed on; the next call meets it again. */
  #run(input: Input, start: number, payload: Buffer[]): void {
    try {
      while (this.#place !== 'ended' && input.at < input.end && this.#step(input, payload));
    } catch (error) {
      if (input.at === start) throw error;
    }
  }

  /** False: needs more. */
  #step(input: Input, payload: Buffer[]): boolean {
    if (this.#place === 'size') return this.#size(input);
    if (this.#place === 'data') return this.#data(input, payload);
    return this.#place === 'data-end' ? this.#dataEnd(input) : this.#trailer(input);
  }

  #size(input: Input): boolean {
    const next = lineEnd(input, this.#limits.chunkLineBytes, chunkLineTooLong);
    if (next < 0) return false;
    this.#left = chunkSize(input.bytes, input.at, next - 2);
    this.#place = this.#left === 0 ? 'trailer' : 'data';
    input.skip(next - input.at);
    return true;
  }

  #data(input: Input, payload: Buffer[]): boolean {
    const count = Math.min(this.#left, input.end - input.at);
    payload.push(input.bytes.subarray(input.at, input.at + count));
    input.skip(count);
    this.#left -= count;
    if (this.#left === 0) this.#place = 'data-end';
    return true;
  }

  #dataEnd(input: Input): boolean {
    const { bytes, at } = input;
    const whole = input.end - at > 1;
    if (bytes[at] !== CR || (whole && bytes[at + 1] !== LF)) {
      const found = `${shownByte(bytes[at])} ${whole ? shownByte(bytes[at + 1]) : ''}`.trim();
      throw new Http1Error(400, 'chunk_end', `${found} behind the data of a chunk, not CR LF`);
    }
    if (!whole) return false;
    this.#place = 'size';
    input.skip(2);
    return true;
  }

  #trailer(input: Input): boolean {
    const next = lineEnd(input, this.#limits.headBytes - this.#trailerBytes, trailersTooLong);
    if (next < 0) return false;
    const length = next - input.at;
    if (length === 2) this.#place = 'ended';
    else {
      if (this.#trailers >= this.#limits.fields)
        throw new Http1Error(431, 'too_many_fields', `more than ${this.#limits.fields} trailers`);
      checkTrailer(input.bytes.subarray(input.at, next));
      this.#trailers++;
      this.#trailerBytes += length;
    }
    input.skip(length);
    return true;
  }
}

const chunkLineTooLong = (limit: number) => new Http1Error(400, 'chunk_size', `chunk line of more than ${limit} bytes`);
const trailersTooLong = (limit: number) =>
  new Http1Error(431, 'head_too_large', `a trailer behind the last ${limit} bytes`);

const SIZE_DIGITS = 16;
// RFC 9112 7.1.1 without its bad white space, which nobody sends and Node refuses.
const TOKEN_TEXT = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const QUOTED = '"(?:[\\t \\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t\\x20-\\x7e\\x80-\\xff])*"';
const EXTENSIONS = new RegExp(`^(?:;${TOKEN_TEXT}(?:=(?:${TOKEN_TEXT}|${QUOTED}))?)+$`);

/** Size in the chunk line [at, end): 1 to 16 hexadecimal digits, then nothing or extensions. */
function chunkSize(bytes: Buffer, at: number, end: number): number {
  let size = 0;
  let i = at;
  for (; i < end; i++) {
    const digit = hexadecimal(bytes[i] ?? 0);
    if (digit < 0) break;
    size = size * 16 + digit;
  }
  const line = () => shown('line', bytes.toString('latin1', at, end));
  if (i === at || i - at > SIZE_DIGITS || !Number.isSafeInteger(size)) throw new Http1Error(400, 'chunk_size', line());
  if (i === end) return size;
  if (bytes[i] !== SEMICOLON) throw new Http1Error(400, 'chunk_size', line());
  if (!EXTENSIONS.test(bytes.toString('latin1', i, end))) throw new Http1Error(400, 'chunk_extension', line());
  return size;
}

function hexadecimal(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** RFC 9110 6.5.1: framing, routing and what says how to read the body have no place behind it. */
const NO_TRAILERS = new Set([
  'transfer-encoding',
  'content-length',
  'host',
  'connection',
  'upgrade',
  'te',
  'trailer',
  'expect',
  'content-encoding',
  'content-type',
  'content-range',
]);

/** A field line that may stand behind a body. */
function checkTrailer(line: Buffer): void {
  const field: string[] = [];
  readField(line, line.toString('latin1'), 0, field);
  const [name = ''] = field;
  if (NO_TRAILERS.has(name.toLowerCase())) throw new Http1Error(400, 'trailer', `trailer ${shown('name', name)}`);
}
