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

export function wallClock(wallMillisAtEpoch: number): WallClock {
  return { iso: (micros) => new Date(wallMillisAtEpoch + micros / 1000).toISOString() };
}
