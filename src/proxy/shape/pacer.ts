/** Bytes at a rate: they wait their turn, in pieces of at least `chunk`, and whoever sends them is told when there is room again. */
import type { Clock } from './clock.ts';

/** Bytes that may wait. */
const MOST_WAITING = 65_536;
/** Timers are no finer. */
const TICK_MS = 4;

export interface PacerRate {
  readonly bytesPerMs: number;
  readonly chunk: number;
}

export class Pacer {
  readonly #rate: PacerRate;
  readonly #clock: Clock;
  readonly #send: (bytes: Buffer) => void;
  readonly #drained: () => void;
  #waiting: Buffer[] = [];
  #bytes = 0;
  /** What may be sent by now, and when that was worked out. */
  #credit = 0;
  #since: number;
  #timer: { cancel(): void } | null = null;
  #afterwards: (() => void) | null = null;
  #isHurried = false;

  constructor(rate: PacerRate, clock: Clock, send: (bytes: Buffer) => void, drained: () => void) {
    this.#rate = rate;
    this.#clock = clock;
    this.#send = send;
    this.#drained = drained;
    this.#since = clock.millis();
  }

  get isFull(): boolean {
    return this.#bytes > MOST_WAITING;
  }

  add(bytes: Buffer): void {
    if (this.#isHurried) {
      this.#send(bytes);
      return;
    }
    if (this.#bytes === 0) {
      this.#credit = 0;
      this.#since = this.#clock.millis();
    }
    this.#waiting.push(bytes);
    this.#bytes += bytes.length;
    this.#schedule();
  }

  /** Runs once nothing waits any more. */
  whenEmpty(run: () => void): void {
    if (this.#bytes === 0) run();
    else this.#afterwards = run;
  }

  /** From now on at once. */
  hurry(): void {
    this.#isHurried = true;
    this.#timer?.cancel();
    this.#timer = null;
    if (this.#bytes > 0) this.#give(this.#bytes);
    this.#finished();
  }

  end(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#waiting = [];
    this.#bytes = 0;
  }

  #schedule(): void {
    if (this.#timer !== null || this.#bytes === 0) return;
    const { bytesPerMs, chunk } = this.#rate;
    const missing = Math.min(chunk, this.#bytes) - this.#credit;
    this.#timer = this.#clock.after(Math.max(TICK_MS, Math.ceil(missing / bytesPerMs)), () => this.#tick());
  }

  #tick(): void {
    this.#timer = null;
    const { bytesPerMs, chunk } = this.#rate;
    const now = this.#clock.millis();
    this.#credit += (now - this.#since) * bytesPerMs;
    this.#since = now;
    const whole = this.#credit >= this.#bytes ? this.#bytes : Math.floor(this.#credit / chunk) * chunk;
    if (whole > 0) this.#give(whole);
    if (this.#bytes > 0) this.#schedule();
    else this.#finished();
  }

  #finished(): void {
    const run = this.#afterwards;
    this.#afterwards = null;
    run?.();
  }

  #give(count: number): void {
    const wasFull = this.isFull;
    let left = count;
    while (left > 0) {
      const first = this.#waiting[0];
      if (first === undefined) break;
      const piece = first.subarray(0, left);
      if (piece.length === first.length) this.#waiting.shift();
      else this.#waiting[0] = first.subarray(piece.length);
      left -= piece.length;
      this.#bytes -= piece.length;
      this.#send(piece);
    }
    this.#credit -= count;
    if (wasFull && !this.isFull) this.#drained();
  }
}
