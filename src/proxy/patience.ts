/** What a connection may wait for, how long, and what then; pure. */
import type { ConnectionLimits } from './limits.ts';

/** What it waits for: one thing at a time. */
export type Phase =
  /** For the browser to take the rest and go. */
  | 'lingering'
  /** The same, with bytes that the browser has not taken. */
  | 'unsent'
  /** The browser has gone, and the target does not care. */
  | 'deserted'
  | 'dialling'
  | 'head'
  | 'idle'
  | 'body';

/** `since`: in the proxy's seconds. */
export interface Wait {
  readonly phase: Phase;
  readonly since: number;
}

export type Verdict =
  | { readonly kind: 'destroy' }
  | { readonly kind: 'close' }
  | { readonly kind: 'unreachable'; readonly message: string }
  | { readonly kind: 'refuse'; readonly message: string };

type LimitName = 'lingerSeconds' | 'idleSeconds' | 'connectSeconds' | 'headSeconds';

const TERMS: Readonly<Record<Phase, { readonly limit: LimitName; readonly verdict: (seconds: number) => Verdict }>> = {
  lingering: { limit: 'lingerSeconds', verdict: () => ({ kind: 'destroy' }) },
  unsent: { limit: 'idleSeconds', verdict: () => ({ kind: 'destroy' }) },
  deserted: { limit: 'idleSeconds', verdict: () => ({ kind: 'destroy' }) },
  dialling: {
    limit: 'connectSeconds',
    verdict: (n) => ({ kind: 'unreachable', message: `no connection within ${n} s` }),
  },
  head: { limit: 'headSeconds', verdict: (n) => ({ kind: 'refuse', message: `no whole request head within ${n} s` }) },
  idle: { limit: 'idleSeconds', verdict: () => ({ kind: 'close' }) },
  body: {
    limit: 'idleSeconds',
    verdict: (n) => ({ kind: 'refuse', message: `no byte of the request body for ${n} s` }),
  },
};

/** Null: it may wait on. */
export function overdue(phase: Phase, seconds: number, limits: ConnectionLimits): Verdict | null {
  const { limit, verdict } = TERMS[phase];
  return seconds >= limits[limit] ? verdict(limits[limit]) : null;
}
