/** What passes between patterns.ts and its thread. Plain data: it is cloned. */

/** A pattern to be run over texts; these are one string and where each ends, which is cheaper to clone than many strings. */
export interface Job {
  readonly id: number;
  /** `test`: which texts match. `find`: the first match. */
  readonly task: 'test' | 'find';
  readonly pattern: string;
  readonly flags: string;
  readonly joined: string;
  readonly ends: Uint32Array;
}

export type Verdict =
  /** One byte for each text: 1 where it matches. */
  | { readonly kind: 'tested'; readonly matches: Uint8Array }
  /** `url` is the pattern's group of that name. */
  | { readonly kind: 'found'; readonly index: number; readonly match: string; readonly url: string | null }
  | { readonly kind: 'absent' }
  | { readonly kind: 'invalid'; readonly reason: string }
  /** The engine gave up: its backtracking stack is full. */
  | { readonly kind: 'exhausted' };

export interface Answer {
  readonly id: number;
  readonly verdict: Verdict;
}

/** Sent once, when the thread can take jobs. */
export const READY = 'ready';
