/**
 * One start of an id at a time, with what it depends on: who comes meanwhile waits, and then finds it live. Without this a
 * dependency that is done, such as a migration, would be run again for the second.
 */
import { Fault } from '../text/fault.ts';

export interface StartTurns {
  /** `work` after those that came before it for the same key, however they ended. */
  take<Result>(key: string, signal: AbortSignal, work: () => Promise<Result>): Promise<Result>;
}

export function createStartTurns(): StartTurns {
  /** Settles, and is never refused; gone when nobody is behind it. */
  const last = new Map<string, Promise<unknown>>();
  return {
    take(key, signal, work) {
      const before = last.get(key) ?? Promise.resolve();
      const mine = before.then(() => {
        if (signal.aborted) throw new Fault('cancelled', 'the start was cancelled', 'Nothing was started for it.');
        return work();
      });
      const settled: Promise<unknown> = mine
        .catch(() => {})
        .then(() => {
          if (last.get(key) === settled) last.delete(key);
        });
      last.set(key, settled);
      return mine;
    },
  };
}
