/** Threads that sleep in wait(), and promises of waitAsync() that stand for such a sleep. */
import { type Clock, join } from './race-detector.ts';
import type { Place } from './step.ts';
import { rouse, type Thread } from './thread.ts';

/** What waitAsync() answers when it sleeps. */
export type Waiting = Promise<'ok' | 'timed-out'>;

interface Waiter {
  readonly thread: Thread;
  readonly place: Place;
  readonly isTimed: boolean;
  /** Undefined for a thread that is blocked itself. */
  readonly promise: Waiting | undefined;
}

export interface Waiters {
  add(waiter: Waiter): void;
  /** Wakes at most `count` of those who wait at the place, first come first; how many. They know then what `clock` knows. */
  wake(place: Place, count: number, clock: Clock): number;
  /** What who woke a promise knew; undefined while it sleeps. */
  wakeOf(promise: Waiting): Clock | undefined;
  /** Ends the first timed sleep; false when there is none. */
  timeOut(): boolean;
  /** Its thread has stopped for ever. */
  remove(thread: Thread): void;
}

export function createWaiters(): Waiters {
  let waiters: Waiter[] = [];
  const wakes = new Map<Waiting, Clock>();
  return {
    add(waiter) {
      waiters.push(waiter);
    },
    wake({ view, byte }, count, clock) {
      const isHere = ({ place }: Waiter) => place.view.buffer === view.buffer && place.byte === byte;
      const woken = waiters.filter(isHere).slice(0, count);
      waiters = waiters.filter((waiter) => !woken.includes(waiter));
      for (const { thread, promise } of woken) {
        if (promise === undefined) join(thread.clock, clock);
        else wakes.set(promise, clock.slice());
        if (thread.state === 'waiting') rouse(thread);
      }
      return woken.length;
    },
    wakeOf: (promise) => wakes.get(promise),
    timeOut() {
      const waiter = waiters.find(({ isTimed, thread }) => isTimed && thread.state === 'waiting');
      if (waiter === undefined) return false;
      waiters = waiters.filter((other) => other !== waiter);
      const logged = waiter.thread.log.at(-1);
      if (logged !== undefined) logged.result = 'timed-out';
      rouse(waiter.thread);
      return true;
    },
    remove(thread) {
      waiters = waiters.filter((waiter) => waiter.thread !== thread);
    },
  };
}
