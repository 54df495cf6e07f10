/** A connection to the target; belongs to one browser connection, and is dropped with it. */
import type { Socket } from 'node:net';
import type { Dial } from './dial.ts';
import { Http1Reader } from './http1.ts';
import { Outbox } from './outbox.ts';
import type { Refusal } from './reply.ts';
import type { Target } from './target.ts';

/** Why a connection is lost; `code` as the system says it. */
export interface Loss {
  readonly code: string;
  readonly message: string;
}

/** The browser connection's side of it. Nothing is called any more after drop(). */
export interface UpstreamOwner {
  connected(): void;
  received(chunk: Buffer): void;
  /** The target sends no more. */
  ended(): void;
  lost(loss: Loss): void;
  drained(): void;
}

const CLOSED: Loss = { code: 'ECLOSED', message: 'the target closed the connection' };

export class Upstream {
  readonly out: Outbox;
  /** Answers that it has brought: more than none makes it a kept connection. */
  answers = 0;
  /** When the last of them was whole, in the proxy's seconds. */
  usedAt = 0;
  isConnected = false;
  /** Reads what it brings. */
  readonly answer = new Http1Reader('response');
  /** How, and when, in the proxy's seconds, it was dialled. */
  readonly dial: Dial;
  readonly since: number;
  #owner: UpstreamOwner | null;
  readonly #socket: Socket;

  constructor(dial: Dial, since: number, owner: UpstreamOwner) {
    this.dial = dial;
    this.since = since;
    const { socket, ready } = dial((chunk) => this.#owner?.received(chunk));
    this.#socket = socket;
    this.#owner = owner;
    this.out = new Outbox(socket, () => this.#owner?.drained());
    let loss = CLOSED;
    socket.on(ready, () => {
      this.isConnected = true;
      this.#owner?.connected();
    });
    socket.on('end', () => this.#owner?.ended());
    socket.on('error', (error: NodeJS.ErrnoException) => {
      loss = { code: error.code ?? 'EUNKNOWN', message: error.message };
    });
    socket.on('close', () => this.#owner?.lost(loss));
  }

  /** More may come than the browser takes. */
  hold(held: boolean): void {
    if (held === this.#socket.isPaused()) return;
    if (held) this.#socket.pause();
    else this.#socket.resume();
  }

  /** Sends no more, and still receives. */
  end(): void {
    this.#socket.end();
  }

  /** As drop(), when what was written has gone out. */
  dropSoon(): void {
    this.#owner = null;
    this.#socket.destroySoon();
  }

  /** What was not sent yet is lost. */
  drop(): void {
    if (this.#owner === null) return;
    this.#owner = null;
    this.#socket.destroy();
  }
}

/** What the browser is told of a loss. */
export function lossRefusal({ code, message }: Loss, wasConnected: boolean, { origin }: Target): Refusal {
  if (wasConnected) return { status: 502, code: 'upstream_lost', message: `${origin} broke off: ${message}` };
  if (code !== 'ETIMEDOUT')
    return { status: 502, code: 'upstream_unreachable', message: `${origin} cannot be reached: ${message}` };
  return { status: 504, code: 'upstream_timeout', message: `${origin} does not take the connection: ${message}` };
}

/** Servers of one framework refuse an upgrade with a bare word. */
export function beginsLikeHttp(chunk: Buffer): boolean {
  const start = 'HTTP/';
  return start.startsWith(chunk.toString('latin1', 0, start.length));
}
