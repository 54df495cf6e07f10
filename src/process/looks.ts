/** When to look who belongs to a run and what it listens on: often at first, then as a health check. */
import type { Clock } from './clock.ts';
import type { Quiet } from './quiet.ts';

const LOOKS_MS = [20, 50, 100, 150, 200, 300, 500, 700, 1_000, 2_000, 5_000, 10_000] as const;

export interface Looks {
  /** From the beginning: something has just changed. */
  soon(): void;
  stop(): void;
}

/** `look` answers whether there is to be another. It blocks for some milliseconds, hence `quiet`. */
export function createLooks(clock: Clock, quiet: Quiet, look: () => boolean): Looks {
  let timer: { cancel(): void } | null = null;
  let stopped = false;
  let count = 0;
  const later = () => {
    const delay = LOOKS_MS[Math.min(count, LOOKS_MS.length - 1)] ?? 0;
    count += 1;
    // A look may have asked for another soon.
    timer?.cancel();
    timer = clock.after(delay, () => quiet.await(now));
  };
  const now = () => {
    if (!stopped && look() && !stopped) later();
  };
  later();
  return {
    soon() {
      if (stopped) return;
      timer?.cancel();
      count = 0;
      later();
    },
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}
