/** What the engine tells of each exchange; all synchronous, cheap, and never throwing. */
import type { ResponseHead } from './http1.ts';
import type { LoggedHead } from './refused-head.ts';

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
  /** `connection` numbers the browser's connection. */
  began(head: LoggedHead, connection: number): ExchangeEntry;
}

/**
 * The entry of an exchange under way; nothing counts after its end. The exchange itself holds it: a table of entries would be moved
 * to the old generation, where each entry that it has ever had would look alive until the next full collection.
 */
export interface ExchangeEntry {
  readonly id: number;
  /** `rules`: all that touch it so far. */
  touched(rules: string): void;
  sent(payload: readonly Buffer[]): void;
  /** The upstream connection is there, or was. */
  reached(): void;
  /** Also interim heads. */
  responded(head: ResponseHead): void;
  received(payload: readonly Buffer[]): void;
  /** `rules`: those that touched it. `told`: the status that the browser got in place of the target's. */
  ended(outcome: Outcome, note?: string, rules?: string, told?: number): void;
}
