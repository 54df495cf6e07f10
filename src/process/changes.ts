/**
 * "Something changed" across threads: the process worker bumps one parked word at every change of state, output or facts;
 * who waits in the control thread looks again. Take a ticket, look, then wait with the ticket: no change is missed.
 */
import type { Park } from '../lockfree/park.ts';
import type { Clock } from './clock.ts';

/** Wake-ups are at least so far apart, so that a flood of output does not fill the control thread. */
const MIN_INTERVAL_MS = 20;

interface Waiter {
  /** Changes before it are none for this waiter. */
  ticket: number;
  readonly concerns: () => boolean;
  readonly wake: () => void;
}

const EACH = () => true;

export class Changes {
  readonly #park: Park;
  readonly #clock: Clock;
  readonly #waiters = new Set<Waiter>();
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

  /**
   * Resolves at the first change after `ticket` that `concerns` the waiter, after `ms`, or when aborted; never rejects. `concerns` is
   * asked at each change, so it costs little: thousands may wait for one process while another one talks.
   */
  next(ticket: number, ms: number, signal: AbortSignal, concerns: () => boolean = EACH): Promise<void> {
    return this.#until(ms, signal, (wake) => {
      const waiter = { ticket, concerns, wake };
      this.#waiters.add(waiter);
      this.#arm();
      return () => this.#waiters.delete(waiter);
    });
  }

  /** Resolves after `ms` or when aborted. */
  pause(ms: number, signal: AbortSignal): Promise<void> {
    return this.#until(ms, signal, () => () => {});
  }

  /** Until `ms` have passed, the signal aborts, or whoever `listen` tells calls, later; `listen` returns how to stop listening. */
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

  /** One asynchronous wait serves all waiters; there is one as long as there are any. */
  #arm(): void {
    if (this.#armed || this.#waiters.size === 0) return;
    this.#armed = true;
    const early = MIN_INTERVAL_MS - (this.#clock.micros() - this.#wokenAt) / 1000;
    if (early > 0) this.#clock.after(early, () => this.#listen());
    else this.#listen();
  }

  #listen(): void {
    const current = this.#park.prepare();
    const past = [...this.#waiters].find(({ ticket }) => ticket !== current);
    void this.#park.waitAsync(past?.ticket ?? current).then(() => this.#tell());
  }

  #tell(): void {
    this.#armed = false;
    this.#wokenAt = this.#clock.micros();
    const current = this.#park.prepare();
    for (const waiter of [...this.#waiters]) {
      if (waiter.ticket === current) continue;
      waiter.ticket = current;
      if (waiter.concerns()) waiter.wake();
    }
    this.#arm();
  }
}
