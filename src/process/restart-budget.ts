/**
 * Restart policy: how many restarts in how long, and how long to wait before each. Pure; times are the caller's
 * monotonic milliseconds, so a stepped wall clock changes nothing.
 */
import type { EndedBy } from './machine.ts';
import type { RestartPolicy } from './spec.ts';

/** Only a run that ended by itself is started again. */
export function wantsRestart(policy: RestartPolicy, state: 'stopped' | 'failed', endedBy: EndedBy): boolean {
  if (endedBy !== 'exit' && endedBy !== 'signal') return false;
  return policy === 'always' || (policy === 'on-failure' && state === 'failed');
}

export interface RestartLimits {
  /** So many restarts within `windowMs` are allowed; the next failure is final. */
  readonly intensity: number;
  readonly windowMs: number;
  readonly firstDelayMs: number;
  readonly maxDelayMs: number;
  /** A run that lasted so long starts the delays from the beginning. */
  readonly stableMs: number;
}

export const RESTART_LIMITS: RestartLimits = {
  intensity: 5,
  windowMs: 60_000,
  firstDelayMs: 500,
  maxDelayMs: 30_000,
  stableMs: 10_000,
};

export type RestartDecision =
  | { readonly kind: 'restart'; readonly delayMs: number }
  | { readonly kind: 'give_up'; readonly restarts: number; readonly windowMs: number };

export interface RestartBudget {
  /** A run has failed at `nowMs` after lasting `ranMs`. */
  failed(nowMs: number, ranMs: number): RestartDecision;
}

export function restartBudget(limits: RestartLimits = RESTART_LIMITS): RestartBudget {
  let recent: number[] = [];
  let streak = 0;
  return {
    failed(nowMs, ranMs) {
      recent = recent.filter((at) => nowMs - at < limits.windowMs);
      if (ranMs >= limits.stableMs) streak = 0;
      if (recent.length >= limits.intensity) {
        return { kind: 'give_up', restarts: recent.length, windowMs: limits.windowMs };
      }
      recent.push(nowMs);
      const delayMs = Math.min(limits.firstDelayMs * 2 ** streak, limits.maxDelayMs);
      streak += 1;
      return { kind: 'restart', delayMs };
    },
  };
}
