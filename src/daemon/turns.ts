/**
 * Whose line goes on next, of all connections. Who has sent little lately goes on in the next turn of the event loop; of the others one
 * goes on in each turn, first of who has sent least. So a client that asks now and then waits for one line of somebody else's, however
 * many thousands others have sent. Where many of those ask they share a part of the loop's time while somebody asks now and then: what
 * they have begun goes on after its turn, and would fill the turns of the others.
 */

import { createPace } from './pace.ts';

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

export interface TurnsParts {
  /** Monotonic milliseconds. */
  now(): number;
  /** How many of them the event loop has been at work, all in all. */
  active(): number;
  /** Runs in the next turn of the loop. */
  soon(run: () => void): void;
  after(ms: number, run: () => void): { cancel(): void };
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
/** Up to here a client has sent little: an agent's calls of a second or two. */
const LITTLE_BYTES = 4_096;
/** Of those that have sent little, in one turn. */
const MOST_AT_ONCE = 16;
/** Before numbers grow large. */
const NEW_ORIGIN_MS = 100 * HALF_LIFE_MS;
/** Who has asked so long ago may ask again at any time. */
const NOW_AND_THEN_MS = 2_000;

/** So many that have sent more are a crowd. */
const CROWD = 8;

export function createTurns({ now, active, soon, after }: TurnsParts): Turns {
  const asking = new Set<Asking>();
  const pace = createPace(now, active);
  /** Of all that ask: what they have sent fades alike, and so is weighed against each other without a power for each. */
  let origin = now();
  let isDue = false;
  /** A turn has gone by with those alone that have sent little. */
  let isOwed = false;
  /** When somebody last went on who had sent little. */
  let lightAt = Number.NEGATIVE_INFINITY;
  let rest: { cancel(): void } | null = null;

  function moveOrigin(to: number): void {
    origin = to;
    for (const one of asking) bring(one);
  }

  function bring(one: Asking): void {
    one.spent *= fade(origin - one.origin);
    one.origin = origin;
  }

  function wake(): void {
    rest?.cancel();
    rest = null;
    if (isDue) return;
    isDue = true;
    soon(grant);
  }

  function ask(one: Asking): void {
    if (asking.size === 0) origin = now();
    bring(one);
    asking.add(one);
    wake();
  }

  /** Those that go on in the next turn, how many that have sent much ask, and who of them is first. */
  function look(faded: number): { light: Asking[]; heavy: number; first: Asking | null } {
    const light: Asking[] = [];
    let heavy = 0;
    let first: Asking | null = null;
    let least = Number.POSITIVE_INFINITY;
    for (const one of asking) {
      const weighs = one.spent * faded + one.waiting;
      if (weighs <= LITTLE_BYTES) {
        if (light.length < MOST_AT_ONCE) light.push(one);
        continue;
      }
      heavy += 1;
      if (weighs >= least) continue;
      first = one;
      least = weighs;
    }
    return { light, heavy, first };
  }

  function grant(): void {
    isDue = false;
    const at = now();
    if (at - origin > NEW_ORIGIN_MS) moveOrigin(at);
    const faded = fade(at - origin);
    const { light, heavy, first } = look(faded);
    if (light.length > 0) lightAt = at;
    const pauseMs = heavy > CROWD && at - lightAt < NOW_AND_THEN_MS ? pace.pauseMs() : 0;
    const going = first !== null && pauseMs === 0 && (isOwed || light.length === 0) ? [...light, first] : light;
    isOwed = pauseMs === 0 && going === light && light.length > 0;
    for (const one of going) {
      asking.delete(one);
      one.spent += LEAST_BYTES / faded;
    }
    if (asking.size > heavy || (asking.size > 0 && pauseMs === 0)) wake();
    else if (asking.size > 0) rest = after(pauseMs, wake);
    for (const one of going) one.go();
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
