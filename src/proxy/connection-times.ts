/** What a browser connection did when, in the proxy's seconds. */
import type { Wait } from './patience.ts';

export class ConnectionTimes {
  /** What it waits for began. */
  since: number;
  /** A byte of the browser last came. */
  heardAt: number;
  /** What the browser had not taken at the last look, bytes; when that last changed. */
  #unsent = 0;
  #takenAt: number;

  constructor(now: number) {
    this.since = now;
    this.heardAt = now;
    this.#takenAt = now;
  }

  /** Once a second: notes the bytes that the browser has not taken. */
  look(unsent: number, now: number): void {
    if (unsent !== this.#unsent) this.#takenAt = now;
    this.#unsent = unsent;
  }

  /** A slow reader gets what was written for it, as long as it takes any of it. */
  lingering(): Wait {
    if (this.#unsent > 0) return { phase: 'unsent', since: this.#takenAt };
    return { phase: 'lingering', since: Math.max(this.since, this.#takenAt) };
  }
}
