/**
 * Whose line goes on next, of all connections: one line in each turn of the event loop, first of who has sent least lately. So a client
 * that asks now and then waits for one line of somebody else's, however many thousands others have sent.
 */

export interface Turns {
  /** Of one connection. */
  place(): Place;
}

export interface Place {
  /** Resolves when its next line may go on; `waiting`: bytes in hand, that line's among them. Asked one at a time. */
  next(waiting: number): Promise<void>;
  /** Nothing more will go on: who waits for its turn is let go. */
  leave(): void;
}

interface Asking {
  /** Bytes that it has sent lately, as they counted at `since`. */
  spent: number;
  since: number;
  waiting: number;
  go: () => void;
}

/** What was sent counts half after that long. */
const HALF_LIFE_MS = 1_000;
/** A line of a few bytes makes as much work as one of these. */
const LEAST_BYTES = 512;

/** `now`: monotonic milliseconds. */
export function createTurns(now: () => number, soon: (run: () => void) => void = setImmediate): Turns {
  const asking = new Set<Asking>();

  const weight = (one: Asking, at: number) => one.spent * 0.5 ** ((at - one.since) / HALF_LIFE_MS) + one.waiting;

  function ask(one: Asking): void {
    asking.add(one);
    if (asking.size === 1) soon(grant);
  }

  function grant(): void {
    const at = now();
    let first: Asking | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (const one of asking) {
      const weighs = weight(one, at);
      if (weighs >= least) continue;
      first = one;
      least = weighs;
    }
    if (first === null) return;
    asking.delete(first);
    if (asking.size > 0) soon(grant);
    first.spent = least - first.waiting + LEAST_BYTES;
    first.since = at;
    first.go();
  }

  return {
    place() {
      const one: Asking = { spent: 0, since: now(), waiting: 0, go: () => {} };
      return {
        next: (waiting) =>
          new Promise((resolve) => {
            one.waiting = waiting;
            one.go = resolve;
            ask(one);
          }),
        leave() {
          if (asking.delete(one)) one.go();
        },
      };
    },
  };
}
