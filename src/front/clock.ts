/** Time, for whoever waits in the front: monotonic, and another one in tests. */

export interface Clock {
  /** Milliseconds since some moment. */
  now(): number;
  /** Runs once after `ms`, unless cancelled. */
  after(ms: number, run: () => void): { cancel(): void };
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return { cancel: () => clearTimeout(timer) };
  },
};

export const pause = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(ms, resolve);
  });
