/**
 * Reads HTTP/1.1 and 1.0 messages from the bytes of a connection (RFC 9112): bytes in, events out, no I/O, no clock. Strict: what
 * two readers could take for different messages is refused. It is the one authority on framing on both sides of the proxy.
 */
import { type Body, type BodyPart, openBody } from './http1-body.ts';
import { CR, illegalByte, LF, lookOver } from './http1-bytes.ts';
import { Http1Error } from './http1-error.ts';
import type { Framing } from './http1-framing.ts';
import { type Limits, type RequestHead, type ResponseHead, readRequestHead, readResponseHead } from './http1-head.ts';
import { Input } from './http1-input.ts';
import { headEnd } from './http1-lines.ts';

export type { BodyPart } from './http1-body.ts';
export { Http1Error } from './http1-error.ts';
export type { Framing } from './http1-framing.ts';
export type { Limits, RequestHead, ResponseHead } from './http1-head.ts';

/** The message is whole; the next one may be asked for. */
export interface End {
  readonly kind: 'end';
}

export type Http1Event = RequestHead | ResponseHead | BodyPart | End;

export const LIMITS: Limits = { headBytes: 65_536, fields: 200, targetBytes: 32_768, chunkLineBytes: 256 };

const END: End = { kind: 'end' };

/** What comes next: a head, part of a body, the end of the message; after 101 nothing that we could read. */
type Stage = 'head' | 'body' | 'end' | 'tunnel';

/** Pull parser of one direction of a connection: push() what came, then next() until null. */
export class Http1Reader {
  readonly #role: 'request' | 'response';
  readonly #limits: Limits;
  readonly #input = new Input();
  #stage: Stage = 'head';
  #body: Body | null = null;
  #emptyLine = false;
  #finished = false;
  #failure: Http1Error | null = null;

  /** Reads requests, or responses. */
  constructor(role: 'request' | 'response', limits: Partial<Limits> = {}) {
    this.#role = role;
    this.#limits = { ...LIMITS, ...limits };
  }

  /** More bytes have come. Keeps the reference; the chunk must not change any more. */
  push(chunk: Buffer): void {
    this.#input.push(chunk);
  }

  /** The peer sends no more: a body until the end of the stream is whole, any other unfinished message is an error. */
  finish(): void {
    this.#finished = true;
  }

  /**
   * The next event; null: needs more bytes, or has none to come after finish() or a tunnel's head. `answers` is the method of the
   * request whose response is read. A head of framing 0 is followed by `end` as any other; interim heads (100 to 199 but 101) are
   * not: the response is still to come. Throws Http1Error, and the same again afterwards.
   */
  next(answers = 'GET'): Http1Event | null {
    if (this.#failure !== null) throw this.#failure;
    try {
      return this.#next(answers);
    } catch (error) {
      throw this.#refused(error);
    }
  }

  /** All unread bytes, for whoever reads on after an upgrade. They are gone from here. */
  rest(): Buffer {
    return this.#input.drain();
  }

  /** Bytes held and not passed on yet: after a null of next(), those of an unfinished head or line. */
  get buffered(): number {
    return this.#input.unread;
  }

  #next(answers: string): Http1Event | null {
    if (this.#stage === 'head') return this.#head(answers);
    if (this.#stage === 'body' && this.#body !== null) return this.#part(this.#body);
    if (this.#stage === 'tunnel') return null;
    this.#stage = 'head';
    return END;
  }

  #head(answers: string): RequestHead | ResponseHead | null {
    const input = this.#input;
    const end = this.#passEmptyLine() ? headEnd(input, this.#limits.headBytes) : -1;
    if (end < 0) {
      if (this.#finished && input.unread > 0) throw truncated(`a head, after ${input.unread} bytes`);
      return null;
    }
    const raw = input.bytes.subarray(input.at, end);
    const head = this.#parse(raw, answers);
    input.skip(raw.length);
    this.#emptyLine = false;
    this.#stage = this.#stageAfter(head);
    return head;
  }

  /** True: the first byte of a head has come. One empty line before a request is passed over (RFC 9112 2.2). */
  #passEmptyLine(): boolean {
    const input = this.#input;
    if (input.at === input.end && !input.more()) return false;
    if (input.bytes[input.at] !== CR) return true;
    if (this.#role === 'response' || this.#emptyLine)
      throw new Http1Error(400, 'empty_line', 'a line without a byte where a head has to begin');
    if (input.at + 1 === input.end && !input.more()) return false;
    const next = input.bytes[input.at + 1];
    if (next !== LF) throw illegalByte(CR, next);
    input.skip(2);
    this.#emptyLine = true;
    return this.#passEmptyLine();
  }

  /** A byte that may stand in no line goes before other faults: it is what is seen of a head that comes byte by byte. */
  #parse(raw: Buffer, answers: string): RequestHead | ResponseHead {
    try {
      return this.#role === 'request'
        ? readRequestHead(raw, this.#limits)
        : readResponseHead(raw, answers, this.#limits);
    } catch (error) {
      lookOver(raw, 0, raw.length);
      throw error;
    }
  }

  #stageAfter(head: RequestHead | ResponseHead): Stage {
    const framing: Framing = head.framing;
    if (framing === 'tunnel') return 'tunnel';
    if (framing === 0) return head.kind === 'response' && head.status < 200 ? 'head' : 'end';
    this.#body = openBody(framing, this.#limits);
    return 'body';
  }

  #part(body: Body): BodyPart | End | null {
    const part = body.take(this.#input);
    if (body.ended) this.#stage = 'end';
    if (part !== null || !this.#finished) return part;
    if (!body.untilClose) throw truncated(`a body, with ${this.#input.unread} bytes of an unfinished line`);
    this.#stage = 'head';
    return END;
  }

  /** The reader is dead from here on. What a target sends wrongly is not the client's fault. */
  #refused(error: unknown): unknown {
    if (!(error instanceof Http1Error)) return error;
    this.#failure = this.#role === 'request' ? error : new Http1Error(502, error.code, error.message);
    return this.#failure;
  }
}

const truncated = (where: string): Http1Error => new Http1Error(400, 'truncated', `the stream ended in ${where}`);
