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
  /** Bytes that it has sent lately, as they counted at `origin`. */
  spent: number;
  origin: number;
  waiting: number;
  go: () => void;
}

/** What was sent counts half after that long. */
const HALF_LIFE_MS = 1_000;
/** A line of a few bytes makes as much work as one of these. */
const LEAST_BYTES = 512;
/** Before numbers grow large. */
const NEW_ORIGIN_MS = 100 * HALF_LIFE_MS;

/** `now`: monotonic milliseconds. */
export function createTurns(now: () => number, soon: (run: () => void) => void = setImmediate): Turns {
  const asking = new Set<Asking>();
  /** Of all that ask: what they have sent fades alike, and so is weighed against each other without a power for each. */
  let origin = now();

  function moveOrigin(to: number): void {
    origin = to;
    for (const one of asking) bring(one);
  }

  function bring(one: Asking): void {
    one.spent *= fade(origin - one.origin);
    one.origin = origin;
  }

  function ask(one: Asking): void {
    if (asking.size === 0) origin = now();
    bring(one);
    asking.add(one);
    if (asking.size === 1) soon(grant);
  }

  function grant(): void {
    const at = now();
    if (at - origin > NEW_ORIGIN_MS) moveOrigin(at);
    const faded = fade(at - origin);
    let first: Asking | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (const one of asking) {
      const weighs = one.spent * faded + one.waiting;
      if (weighs >= least) continue;
      first = one;
      least = weighs;
    }
    if (first === null) return;
    asking.delete(first);
    if (asking.size > 0) soon(grant);
    first.spent += LEAST_BYTES / faded;
    first.go();
  }

  return {
    place() {
      const one: Asking = { spent: 0, origin, waiting: 0, go: () => {} };
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

const fade = (ms: number): number => 0.5 ** (ms / HALF_LIFE_MS);
