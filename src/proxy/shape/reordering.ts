/** Answers that wait for others of their rule, and then go on last come, first served. */
import type { Clock } from './clock.ts';

/** One goes on when the one before has ended, or after so long. */
const STEP_MS = 50;

interface Waiting {
  readonly open: () => void;
  isGone: boolean;
  /** Lets the next one go on. */
  next: (() => void) | null;
}

/** An answer's place in it. */
export interface ReorderPlace {
  /** It has ended, or its browser has left. */
  leave(): void;
}

export class Reordering {
  readonly #clock: Clock;
  readonly #min: number;
  readonly #maxWaitMs: number;
  readonly #reordered: (count: number) => void;
  #waiting: Waiting[] = [];
  #timer: { cancel(): void } | null = null;

  constructor(clock: Clock, min: number, maxWaitMs: number, reordered: (count: number) => void) {
    this.#clock = clock;
    this.#min = min;
    this.#maxWaitMs = maxWaitMs;
    this.#reordered = reordered;
  }

  /** `open` is called once, when the answer may go on. */
  join(open: () => void): ReorderPlace {
    const waiting: Waiting = { open, isGone: false, next: null };
    this.#waiting.push(waiting);
    if (this.#waiting.length >= this.#min) this.release();
    else this.#timer ??= this.#clock.after(this.#maxWaitMs, () => this.release());
    return {
      leave: () => {
        waiting.isGone = true;
        this.#waiting = this.#waiting.filter((one) => one !== waiting);
        waiting.next?.();
      },
    };
  }

  /** All that wait, whether they are enough or not. */
  release(): void {
    this.#timer?.cancel();
    this.#timer = null;
    const group = this.#waiting.splice(0).reverse();
    if (group.length > 1) this.#reordered(group.length);
    this.#openNext(group);
  }

  #openNext(group: Waiting[]): void {
    const first = group.shift();
    if (first === undefined) return;
    if (first.isGone) {
      this.#openNext(group);
      return;
    }
    let isDone = false;
    const go = () => {
      if (isDone) return;
      isDone = true;
      timer.cancel();
      this.#openNext(group);
    };
    const timer = this.#clock.after(STEP_MS, go);
    first.next = go;
    first.open();
  }
}
