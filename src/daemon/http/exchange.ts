/** Node's side of one exchange: its request as the SDK takes it, and the SDK's answer written out as fast as it is read. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { hasFewValues } from '../../home/values-in.ts';

/** One request with what was posted, undefined for other methods. */
export interface Exchange {
  readonly request: Request;
  readonly body: unknown;
  /** Runs when the answer has been taken whole, or the client has left. */
  onEnd(run: () => void): void;
}

/** A body's JSON, or why there is none. */
export type Body =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'none' | 'broken' | 'too_large' | 'too_many_values' | 'no_room' };

export interface BodyLimits {
  readonly mostBytes: number;
  /** So many have come. */
  onBytes(bytes: number): void;
  /** Aborted when there is no room for it any more. */
  readonly signal: AbortSignal;
}

/** Rejects when the client leaves. */
export async function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Body> {
  if (request.method !== 'POST') return { kind: 'none' };
  if (Number(request.headers['content-length'] ?? 0) > limits.mostBytes) return { kind: 'too_large' };
  const chunks = await bytesOf(request, limits);
  return Array.isArray(chunks) ? parsed(Buffer.concat(chunks)) : chunks;
}

/** Without room for it everything is let go of at once, whatever else comes. */
function bytesOf(request: IncomingMessage, { mostBytes, onBytes, signal }: BodyLimits): Promise<Buffer[] | Body> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise((resolve, reject) => {
    const done = (read: Buffer[] | Body) => {
      request.off('data', take).off('end', end).off('close', left);
      signal.removeEventListener('abort', noRoom);
      request.pause();
      resolve(read);
    };
    const take = (chunk: Buffer) => {
      bytes += chunk.length;
      chunks.push(chunk);
      onBytes(chunk.length);
      if (bytes > mostBytes) done({ kind: 'too_large' });
    };
    const end = () => done(chunks);
    const noRoom = () => done({ kind: 'no_room' });
    const left = () => reject(new Error('the client has left'));
    request.on('data', take).on('end', end).on('close', left);
    signal.addEventListener('abort', noRoom);
  });
}

/** Counted before it is parsed: each value costs memory many times its bytes. */
function parsed(bytes: Buffer): Body {
  if (!hasFewValues(bytes)) return { kind: 'too_many_values' };
  try {
    return { kind: 'json', value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) };
  } catch {
    return { kind: 'broken' };
  }
}

/** Without its body, which has been read. `signal` is aborted when the client leaves. */
export function webRequest(request: IncomingMessage, signal: AbortSignal): Request {
  const headers = new Headers();
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2)
    headers.append(request.rawHeaders[at] ?? '', request.rawHeaders[at + 1] ?? '');
  const url = new URL(request.url ?? '/', 'http://localhost');
  return new Request(url, { method: request.method ?? 'GET', headers, signal });
}

/** Aborted when the client leaves before it has its whole answer. */
export function leaving(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  if (response.destroyed) controller.abort();
  return controller.signal;
}

/**
 * Writes `answer`, no faster than it is taken: a client that takes nothing for `patienceMs` loses its connection. When the client
 * leaves, the stream behind the answer is told at once, not at its next message.
 */
export async function writeAnswer(
  answer: Response,
  response: ServerResponse,
  signal: AbortSignal,
  patienceMs: number,
): Promise<void> {
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  if (answer.body === null) {
    response.end();
    return;
  }
  response.flushHeaders();
  const reader = answer.body.getReader();
  const cancel = () => void reader.cancel().catch(() => {});
  signal.addEventListener('abort', cancel, { once: true });
  if (signal.aborted) cancel();
  for (let next = await reader.read(); !next.done && !signal.aborted; next = await reader.read())
    if (!response.write(next.value)) await drained(response, signal, patienceMs);
  signal.removeEventListener('abort', cancel);
  response.end();
}

function drained(response: ServerResponse, signal: AbortSignal, patienceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => response.destroy(), patienceMs);
    const done = () => {
      clearTimeout(timer);
      response.off('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    response.on('drain', done);
    signal.addEventListener('abort', done);
  });
}

/** A refusal as clients of MCP understand it, with the id of the request that it answers if there is one. */
export function refused(status: number, message: string, body: unknown, options: RefusedOptions = {}): Response {
  const { code = SERVER_ERROR, headers = {} } = options;
  const id = typeof body === 'object' && body !== null && 'id' in body && isId(body.id) ? body.id : null;
  return Response.json({ jsonrpc: '2.0', id, error: { code, message } }, { status, headers });
}

export interface RefusedOptions {
  /** Of JSON-RPC. */
  readonly code?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

const SERVER_ERROR = -32_000;
const isId = (id: unknown): id is string | number => typeof id === 'string' || typeof id === 'number';
