/** Writes a proxy's traffic into its journals as it passes. Never throws, never waits; private to the worker. */
import type { ExchangeTap } from './exchange-tap.ts';
import type { LoggedHead } from './refused-head.ts';
import { MOST_KEPT, type TrafficBook, TrafficEntry } from './traffic-entry.ts';
import { encodeMessage, MESSAGE, type MessageRecord } from './traffic-records.ts';

export class TrafficTap implements ExchangeTap, TrafficBook {
  readonly journals: TrafficBook['journals'];
  underWay = 0;
  readonly #now: () => number;
  readonly #nextId: () => number;
  #isHeld = false;
  /** The instant that is held; null: not looked at yet. */
  #instant: number | null = null;
  #waiting: TrafficEntry | null = null;

  constructor(journals: TrafficBook['journals'], now: () => number, nextId: () => number) {
    this.journals = journals;
    this.#now = now;
    this.#nextId = nextId;
  }

  hold(): void {
    this.#isHeld = true;
    this.#instant = null;
  }

  release(): void {
    this.#spill();
    this.#isHeld = false;
  }

  waits(entry: TrafficEntry): boolean {
    this.#spill();
    if (this.#isHeld) this.#waiting = entry;
    return this.#isHeld;
  }

  #spill(): void {
    if (this.#waiting === null) return;
    this.#waiting.spill();
    this.#waiting = null;
  }

  began(head: LoggedHead, connection: number): TrafficEntry {
    return new TrafficEntry(this, this.#nextId(), head, connection);
  }

  /** A WebSocket message or event of exchange `id`, with the first bytes of its payload. */
  message(id: number, message: MessageRecord): void {
    const kept =
      message.payload.length <= MOST_KEPT ? message : { ...message, payload: message.payload.subarray(0, MOST_KEPT) };
    this.journals.messages.append(
      { kind: MESSAGE, a: this.#nextId(), b: id, micros: this.micros() },
      encodeMessage(kept),
    );
  }

  micros(): number {
    if (!this.#isHeld) return this.#now();
    this.#instant ??= this.#now();
    return this.#instant;
  }
}
