/** One clock for every thread: monotonic microseconds since the segment's epoch, anchored once to wall time. */

export interface Clock {
  /** Microseconds since the epoch; never steps, whatever the wall clock does. */
  micros(): number;
  /** Runs once after `ms`, unless cancelled. */
  after(ms: number, run: () => void): { cancel(): void };
}

/** `epoch` is an `hrtime` in nanoseconds, the same in every thread of the process. */
export function systemClock(epoch: bigint): Clock {
  return {
    micros: () => Number((process.hrtime.bigint() - epoch) / 1000n),
    after(ms, run) {
      const timer = setTimeout(run, ms);
      return { cancel: () => clearTimeout(timer) };
    },
  };
}

/** Wall times for the reader: ISO 8601, milliseconds, UTC. */
export interface WallClock {
  iso(micros: number): string;
}

/** A wall clock that knows of the machine's sleeps, which the monotonic one does not count (clock_gettime(2), CLOCK_BOOTTIME). */
export interface WakingWallClock extends WallClock {
  /** To be told now and then: `micros` of the clock, and `bootMicros` since the machine's start, asleep or not. */
  look(micros: number, bootMicros: number): void;
}

/** Less is the difference of two readings. */
const LEAST_SLEEP = 1_000_000;
const MOST_SLEEPS = 1_000;

/** Both at the epoch. */
export function wallClock(wallMillis: number, bootMicros: number): WakingWallClock {
  /** From when on so much had been slept, all in all. */
  const sleeps: { readonly from: number; readonly slept: number }[] = [];
  let seen = 0;
  return {
    iso(micros) {
      const slept = sleeps.findLast(({ from }) => from < micros)?.slept ?? 0;
      return new Date(wallMillis + (micros + slept) / 1000).toISOString();
    },
    look(micros, boot) {
      const slept = boot - bootMicros - micros;
      if (slept - (sleeps.at(-1)?.slept ?? 0) > LEAST_SLEEP) sleeps.push({ from: seen, slept });
      if (sleeps.length > MOST_SLEEPS) sleeps.shift();
      seen = micros;
    },
  };
}
