/** A request of our own to a proxy of ours: over a connection of its own, as any client sends one, so that it is recorded like any. */
import { type IncomingMessage, request } from 'node:http';
import type { Fields } from './fields.ts';

export interface OwnRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly fields: Fields;
  readonly body: Buffer;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** `broken`: the connection failed, before the answer or within it. */
export type OwnEnd =
  | { readonly kind: 'answered' | 'timeout' | 'cancelled' }
  | { readonly kind: 'broken'; readonly reason: string };

export interface Timers {
  after(ms: number, run: () => void): { cancel(): void };
}

const MOST_HEAD_BYTES = 256 * 1_024;

/** Settles when the connection is closed; the answer is left to what records it. Never throws but for a field that cannot be sent. */
export function sendOwn(address: string, port: number, own: OwnRequest, clock: Timers): Promise<OwnEnd> {
  return new Promise((resolve) => {
    let end: OwnEnd | null = null;
    const { method, target, fields, body, timeoutMs, signal } = own;
    const asked = request({
      host: address,
      port,
      method,
      path: target,
      headers: fields,
      agent: false,
      maxHeaderSize: MOST_HEAD_BYTES,
    });
    const over = (how: OwnEnd): void => {
      end ??= how;
      asked.destroy();
    };
    const timer = clock.after(timeoutMs, () => over({ kind: 'timeout' }));
    const cancel = () => over({ kind: 'cancelled' });
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    asked.on('error', (error) => over({ kind: 'broken', reason: error.message }));
    asked.on('upgrade', () => over({ kind: 'answered' }));
    asked.on('response', (response: IncomingMessage) => {
      response.on('error', (error) => over({ kind: 'broken', reason: error.message }));
      response.on('end', () => over({ kind: 'answered' }));
      response.resume();
    });
    asked.on('close', () => {
      timer.cancel();
      signal.removeEventListener('abort', cancel);
      resolve(end ?? { kind: 'broken', reason: 'the connection was closed' });
    });
    if (body.length > 0) asked.write(body);
    asked.end();
  });
}
