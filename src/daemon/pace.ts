/**
 * How fast a crowd goes on: it may use a part of the event loop's time. All work of the loop counts, whoever has caused it, so that a
 * crowd leaves off while a collector or another program takes the processor.
 */

export interface Pace {
  /** 0: something may be begun now; else look again after so many milliseconds. */
  pauseMs(): number;
}

/** Of the loop's time. Those that are many have a processor of their own at work, and take it from the daemon. */
const SHARE = 1 / 10;
/** At work so long at a time, and then at rest. */
const STINT_MS = 2;
/** A crowd that is left no time goes on all the same, by one line after each such pause. */
const LONGEST_REST_MS = 20;

/** `now`: monotonic milliseconds; `active`: how many of them the loop has been at work, all in all. */
export function createPace(now: () => number, active: () => number): Pace {
  let seen = { at: now(), active: active() };
  let begunAt = seen.at;
  /** Milliseconds of work that are free. */
  let credit = STINT_MS;
  return {
    pauseMs() {
      const last = seen;
      seen = { at: now(), active: active() };
      credit = Math.min(STINT_MS, credit + (seen.at - last.at) * SHARE - (seen.active - last.active));
      const pause = Math.min(-credit / SHARE, LONGEST_REST_MS - (seen.at - begunAt));
      if (pause > 0) return pause;
      credit = Math.max(credit, -STINT_MS);
      begunAt = seen.at;
      return 0;
    },
  };
}
