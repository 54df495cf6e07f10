/**
 * Clients of the 2026 era have no session: together they are one visitor, who is there while an exchange is under way and for some
 * time beyond, and then has left what it worked on.
 */
import type { Lifetime } from '../lifetime.ts';

export interface Visitors {
  /** Directories that their calls have named. */
  readonly used: Set<string>;
  /** An exchange begins; the function returned says that it has ended. */
  came(): () => void;
}

/** Longer than lifetime's longest pause between two looks. */
const STAYS_MS = 120_000;

export function createVisitors(
  lifetime: Lifetime,
  after: (ms: number, run: () => void) => { cancel(): void },
): Visitors {
  const used = new Set<string>();
  let here = 0;
  let leave: (() => void) | null = null;
  let timer: { cancel(): void } | null = null;

  function left(): void {
    leave?.();
    leave = null;
    used.clear();
  }

  return {
    used,
    came() {
      timer?.cancel();
      here += 1;
      leave ??= lifetime.joined(null, used);
      return () => {
        here -= 1;
        if (here === 0) timer = after(STAYS_MS, left);
      };
    },
  };
}
