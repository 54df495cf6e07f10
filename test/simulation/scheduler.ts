/** Virtual time: events in the order of their times, then of their making; nothing else moves a simulated world. */

export interface Scheduler {
  /** Microseconds. */
  micros(): number;
  after(ms: number, run: () => void): { cancel(): void };
  /** The next event, and everything that follows from it without time passing; false when there is none. */
  step(): Promise<boolean>;
  /** As a machine that slept: what was due meanwhile comes late. */
  leap(ms: number): void;
  /** Events to come. */
  readonly waiting: number;
}

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

export function createScheduler(): Scheduler {
  const events: Event[] = [];
  let now = 0;
  let made = 0;
  return {
    micros: () => now,
    after(ms, run) {
      made += 1;
      const event = { at: now + Math.max(0, Math.round(ms * 1_000)), order: made, run };
      events.splice(placeFor(events, event.at), 0, event);
      return {
        cancel() {
          const at = events.indexOf(event);
          if (at >= 0) events.splice(at, 1);
        },
      };
    },
    async step() {
      const event = events.shift();
      if (event === undefined) return false;
      now = Math.max(now, event.at);
      event.run();
      // Promises that this has settled, and those behind them.
      await new Promise(setImmediate);
      return true;
    },
    leap(ms) {
      now += Math.round(ms * 1_000);
    },
    get waiting() {
      return events.length;
    },
  };
}

/** Behind all of the same time. */
function placeFor(events: readonly Event[], at: number): number {
  let [low, high] = [0, events.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((events[middle]?.at ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
