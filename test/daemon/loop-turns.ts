import { createTurns, type Turns } from '../../src/daemon/turns.ts';

/** Of this thread's own event loop. */
export const loopTurns = (): Turns =>
  createTurns({
    now: () => performance.now(),
    active: () => performance.eventLoopUtilization().active,
    soon: setImmediate,
    after(ms, run) {
      const timer = setTimeout(run, ms);
      return { cancel: () => clearTimeout(timer) };
    },
  });
