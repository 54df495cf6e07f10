/** Answers of the proxy itself: refusals and `/__devtool/`, as complete messages. */
import { STATUS_CODES } from 'node:http';
import { isForDocument } from './destination.ts';
import { type Fields, field } from './fields.ts';
import { waitingPage } from './waiting-page.ts';

export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  /** How long it may be kept; not at all when there is none. */
  readonly cache?: string;
  /** Further fields, names and values in turn. */
  readonly fields?: Fields;
}

/** Why the proxy answers instead of the target. */
export interface Refusal {
  readonly status: number;
  /** Stable, for programs. */
  readonly code: string;
  /** A sentence that names the values. */
  readonly message: string;
}

/** The request's part that decides about an answer's form; null when there is no request that could be read. */
export interface Asked {
  readonly method: string;
  readonly fields: Fields;
}

const SAFETY: Fields = ['X-Content-Type-Options', 'nosniff', 'Cross-Origin-Resource-Policy', 'same-origin'];

/** The bytes of a reply; `head` leaves the body out (HEAD). */
export function replyBytes(reply: Reply, options: { close: boolean; head: boolean }): Buffer {
  const body = Buffer.from(reply.body);
  const fields = [
    'Content-Type',
    reply.type,
    'Content-Length',
    String(body.length),
    'Cache-Control',
    reply.cache ?? 'no-store',
    ...SAFETY,
    ...(reply.fields ?? []),
  ];
  if (options.close) fields.push('Connection', 'close');
  let text = `HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status] ?? ''}\r\n`;
  for (let i = 0; i < fields.length; i += 2) text += `${fields[i]}: ${fields[i + 1]}\r\n`;
  const head = Buffer.from(`${text}\r\n`, 'latin1');
  return options.head ? head : Buffer.concat([head, body]);
}

/** A page for navigations, JSON for programs, else text. `waits`: the target may come up again. */
export function refusalReply(refusal: Refusal, asked: Asked | null, waits: boolean): Reply {
  const { status, code, message } = refusal;
  const accept = asked === null ? '' : (field(asked.fields, 'accept') ?? '');
  if (waits && asked !== null && isNavigation(asked, accept)) {
    return { status, type: 'text/html; charset=utf-8', body: waitingPage(message, asked.method === 'GET') };
  }
  if (/\bjson\b/i.test(accept)) {
    return { status, type: 'application/json', body: `${JSON.stringify({ error: code, message })}\n` };
  }
  return { status, type: 'text/plain; charset=utf-8', body: `devtool-mcp: ${message}\n` };
}

function isNavigation({ fields }: Asked, accept: string): boolean {
  return isForDocument(fields) ?? /\btext\/html\b/i.test(accept);
}
