/** The browser's half of a connection, as the target's half sees it. */
import type { RequestHead } from './http1.ts';
import type { Part } from './outbox.ts';
import type { Refusal } from './reply.ts';

export interface BrowserSide {
  readonly peer: string;
  /** Sends no more. */
  readonly isEnded: boolean;
  /** Holds more than the browser takes. */
  readonly blocked: boolean;
  add(part: Part): void;
  /** Sends what was added, to both sides, and holds back who is too fast. */
  settle(): void;
  /** The exchange is over: reads on. */
  next(): void;
  refuse(refusal: Refusal, head: RequestHead | null, last: boolean): void;
  linger(): void;
  /** With a reset where the framing would not show that something is missing. */
  cut(reset: boolean): void;
  /** Sends no more, and still receives; of a tunnel. */
  endTunnel(): void;
  closeTunnel(): void;
  /** Bytes that came behind the request. */
  rest(): Buffer;
}
