/**
 * "Something changed" across threads: the process worker bumps one parked word at every change of state, output or facts;
 * who waits in the control thread looks again. Take a ticket, look, then wait with the ticket: no change is missed.
 */
import type { Park } from '../lockfree/park.ts';
import type { Clock } from './clock.ts';

/** Wake-ups are at least so far apart, so that a flood of output does not fill the control thread. */
const MIN_INTERVAL_MS = 20;

export class Changes {
  readonly #park: Park;
  readonly #clock: Clock;
  readonly #waiters = new Set<() => void>();
  #armed = false;
  #wokenAt = Number.NEGATIVE_INFINITY;

  constructor(park: Park, clock: Clock) {
    this.#park = park;
    this.#clock = clock;
  }

  ticket(): number {
    return this.#park.prepare();
  }

  /** A change that this thread made or heard of. */
  announce(): void {
    this.#park.wake();
  }

  /** Resolves at the first change after `ticket`, after `ms`, or when aborted; never rejects. */
  async next(ticket: number, ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const early = MIN_INTERVAL_MS - (this.#clock.micros() - this.#wokenAt) / 1000;
    if (early > 0) await this.pause(Math.min(early, ms), signal);
    if (this.#park.prepare() !== ticket || signal.aborted || ms <= early) return;
    await this.#until(ms - Math.max(0, early), signal, (wake) => {
      this.#waiters.add(wake);
      this.#arm(ticket);
      return () => this.#waiters.delete(wake);
    });
  }

  /** Resolves after `ms` or when aborted. */
  pause(ms: number, signal: AbortSignal): Promise<void> {
    return this.#until(ms, signal, () => () => {});
  }

  /** Until `ms` have passed, the signal aborts, or whoever `listen` tells calls; `listen` returns how to stop listening. */
  #until(ms: number, signal: AbortSignal, listen: (wake: () => void) => () => void): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        timer.cancel();
        signal.removeEventListener('abort', done);
        unlisten();
        resolve();
      };
      const timer = this.#clock.after(ms, done);
      signal.addEventListener('abort', done);
      const unlisten = listen(done);
    });
  }

  /** One asynchronous wait serves all waiters; it lasts as long as there are any. */
  #arm(ticket: number): void {
    if (this.#armed) return;
    this.#armed = true;
    void this.#park.waitAsync(ticket).then(() => {
      this.#armed = false;
      this.#wokenAt = this.#clock.micros();
      for (const wake of [...this.#waiters]) wake();
    });
  }
}
