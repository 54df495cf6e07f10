/** Something is new: said any number of times, heard once. */
export interface Bell {
  ring(): void;
  /** True at the first ring since the last time; false after `ms` without one, or when aborted. */
  heard(signal: AbortSignal, ms?: number): Promise<boolean>;
}

export function createBell(): Bell {
  let isRung = false;
  let wake: () => void = () => {};
  return {
    ring() {
      isRung = true;
      wake();
    },
    async heard(signal, ms) {
      if (!isRung)
        await until(signal, ms, (done) => {
          wake = done;
        });
      const wasRung = isRung;
      isRung = false;
      return wasRung;
    },
  };
}

/** Resolves after `ms`, or when aborted. */
export const pause = (ms: number, signal: AbortSignal): Promise<void> => until(signal, ms, () => {});

/** Until `ms` have passed, the signal aborts, or whoever `listen` tells calls. */
function until(signal: AbortSignal, ms: number | undefined, listen: (done: () => void) => void): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      // A signal outlives thousands of waits: none may leave its listener behind.
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = ms === undefined ? undefined : setTimeout(done, ms);
    signal.addEventListener('abort', done);
    listen(done);
  });
}
