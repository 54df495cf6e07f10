/** A connection to the target; belongs to one browser connection, and is dropped with it. */
import type { Duplex } from 'node:stream';
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

/** A connection to the target, or what stands in its place for an exchange that rules touch. */
export interface TargetConnection {
  readonly socket: Duplex & { destroySoon(): void };
  readonly ready: 'connect' | 'secureConnect';
  /** It may take its time to be there. */
  readonly isPatient?: boolean;
  /** Why it ended, when that was not the target's doing; null: it was. */
  loss?(): Loss | null;
}

/** `take` gets what it brings. */
export type Connect = (take: (chunk: Buffer) => void) => TargetConnection;

/** Codes of losses that a rule has meant: the browser's connection goes too. */
export const CUT = 'ECUTBYRULE';
export const RESET = 'ERESETBYRULE';
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
  readonly dial: Connect;
  readonly since: number;
  readonly isPatient: boolean;
  #owner: UpstreamOwner | null;
  readonly #socket: TargetConnection['socket'];

  constructor(dial: Connect, since: number, owner: UpstreamOwner) {
    this.dial = dial;
    this.since = since;
    const connection = dial((chunk) => this.#owner?.received(chunk));
    const { socket, ready } = connection;
    this.#socket = socket;
    this.isPatient = connection.isPatient === true;
    this.#owner = owner;
    this.out = new Outbox(socket, () => this.#owner?.drained());
    let loss = CLOSED;
    socket.on(ready, () => {
      this.isConnected = true;
      this.#owner?.connected();
    });
    socket.on('end', () => {
      const meant = connection.loss?.() ?? null;
      if (meant === null) this.#owner?.ended();
      else this.#owner?.lost(meant);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      loss = { code: error.code ?? 'EUNKNOWN', message: reasonOf(error) };
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

/** Of a name with several addresses the error is one of each, and says nothing itself. */
function reasonOf(error: Error): string {
  const tried = error instanceof AggregateError ? error.errors.map(String) : [];
  return error.message || tried.map((text) => text.replace(/^Error: /, '')).join(', ');
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
