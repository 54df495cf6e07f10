import type { Clock } from '../../../src/proxy/shape/clock.ts';

/** A clock that moves when it is told to. */
export function handClock(): Clock & { move(ms: number): void; pending(): number } {
  let now = 0;
  let timers: { readonly due: number; readonly run: () => void }[] = [];
  return {
    millis: () => now,
    after(ms, run) {
      const timer = { due: now + ms, run };
      timers.push(timer);
      return {
        cancel() {
          timers = timers.filter((one) => one !== timer);
        },
      };
    },
    move(ms) {
      const until = now + ms;
      for (let next = earliest(timers); next !== undefined && next.due <= until; next = earliest(timers)) {
        now = next.due;
        const due = next;
        timers = timers.filter((one) => one !== due);
        due.run();
      }
      now = until;
    },
    pending: () => timers.length,
  };
}

const earliest = <T extends { readonly due: number }>(timers: readonly T[]): T | undefined =>
  [...timers].sort((a, b) => a.due - b.due)[0];
