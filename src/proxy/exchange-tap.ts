/** What the engine tells of each exchange; all synchronous, cheap, and never throwing. */
import type { RequestHead, ResponseHead } from './http1.ts';

export type Outcome =
  | 'complete'
  | 'client_aborted'
  | 'upstream_aborted'
  | 'refused'
  | 'timeout'
  | 'unreachable'
  | 'upgraded'
  /** A rule ended it. */
  | 'cut';

export interface ExchangeTap {
  /** All that is told until release() is of one instant: what follows from bytes that came together. */
  hold(): void;
  release(): void;
  /** The entry id of the exchange; `connection` numbers the browser's connection. */
  began(head: RequestHead, connection: number): number;
  /** `rules`: all that touch it so far. */
  touched(id: number, rules: string): void;
  sent(id: number, payload: readonly Buffer[]): void;
  /** The upstream connection is there, or was. */
  connected(id: number): void;
  /** Also interim heads. */
  responded(id: number, head: ResponseHead): void;
  received(id: number, payload: readonly Buffer[]): void;
  /** `rules`: those that touched it. `told`: the status that the browser got in place of the target's. */
  ended(id: number, outcome: Outcome, note?: string, rules?: string, told?: number): void;
}
