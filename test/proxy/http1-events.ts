/** Streams read to their end, for tests of the reader: events put together so that the cuts between chunks do not show. */
import { Http1Error, type Http1Event, Http1Reader, type Limits } from '../../src/proxy/http1.ts';

export interface Message {
  /** `GET /a 1.1`, or `200 OK 1.1`. */
  readonly first: string;
  readonly fields: readonly string[];
  readonly framing: number | string;
  readonly flags: string;
  readonly head: string;
  /** Body as it came, and what it carries; latin1. */
  raw: string;
  payload: string;
  ended: boolean;
}

export interface Reading {
  readonly messages: readonly Message[];
  /** `400 bare_lf`; null: none. */
  readonly refusal: string | null;
  /** What is left unread behind a tunnel's head, or of a refused stream. */
  readonly rest: string;
}

export interface Stream {
  readonly role: 'request' | 'response';
  /** Method of the requests answered. */
  readonly answers?: string;
  readonly limits?: Partial<Limits>;
}

/** Everything that the reader says about the chunks, then the end of the stream. */
export function read(stream: Stream, chunks: readonly Buffer[]): Reading {
  const reader = new Http1Reader(stream.role, stream.limits);
  const messages: Message[] = [];
  try {
    for (const chunk of chunks) {
      reader.push(chunk);
      drain(reader, stream, messages);
    }
    reader.finish();
    drain(reader, stream, messages);
  } catch (error) {
    if (!(error instanceof Http1Error)) throw error;
    return { messages, refusal: `${error.status} ${error.code}`, rest: '' };
  }
  return { messages, refusal: null, rest: reader.rest().toString('latin1') };
}

export const readText = (stream: Stream, text: string): Reading => read(stream, [Buffer.from(text, 'latin1')]);

/** Chunks of `text` cut at the offsets, which ascend. */
export function cut(text: string, offsets: readonly number[]): Buffer[] {
  const bounds = [0, ...offsets, text.length];
  return bounds.slice(1).map((end, i) => Buffer.from(text.slice(bounds[i], end), 'latin1'));
}

export const eachByte = (text: string): Buffer[] => [...text].map((byte) => Buffer.from(byte, 'latin1'));

function drain(reader: Http1Reader, stream: Stream, messages: Message[]): void {
  for (let event = reader.next(stream.answers); event !== null; event = reader.next(stream.answers))
    add(messages, event);
}

function add(messages: Message[], event: Http1Event): void {
  const open = messages.at(-1);
  if (event.kind === 'request' || event.kind === 'response') messages.push(opened(event));
  else if (open === undefined || open.ended) throw new Error(`${event.kind} outside of a message`);
  else if (event.kind === 'end') open.ended = true;
  else {
    if (event.raw.length === 0) throw new Error('a part of no bytes');
    open.raw += event.raw.toString('latin1');
    open.payload += Buffer.concat(event.payload).toString('latin1');
  }
}

function opened(head: Http1Event & { kind: 'request' | 'response' }): Message {
  const { fields, framing } = head;
  const [first, flags] =
    head.kind === 'request'
      ? [
          `${head.method} ${head.target}`,
          { keepAlive: head.keepAlive, upgrade: head.upgrade, expect: head.expectContinue },
        ]
      : [`${head.status} ${head.reason}`, { keepAlive: head.keepAlive }];
  const set = Object.entries(flags).filter(([, on]) => on);
  return {
    first: `${first} 1.${head.minor}`,
    fields,
    framing,
    flags: set.map(([name]) => name).join(' '),
    head: head.raw.toString('latin1'),
    raw: '',
    payload: '',
    ended: false,
  };
}
