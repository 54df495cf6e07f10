/** An exchange under way, as its proxy's journals get it. Private to the worker. */
import type { JournalWriter } from '../lockfree/journal.ts';
import type { ExchangeEntry, Outcome } from './exchange-tap.ts';
import type { ResponseHead } from './http1.ts';
import type { LoggedHead } from './refused-head.ts';
import {
  BEGAN,
  BEHIND_RULES,
  ENDED,
  encodeEnded,
  endedWord,
  type Figures,
  REQUEST_BODY,
  RESPONSE_BODY,
  TOUCHED,
} from './traffic-records.ts';

/** Bytes kept of each body. */
export const MOST_KEPT = 64 * 1_024;
/** Up to here a body that comes at once with its end is part of the record of that, which costs a third less than two records. */
const SMALL_BODY = 1_024;
const NOTHING: Buffer = Buffer.alloc(0);
/** What the browser was told by us where the target told it nothing. */
const OWN_STATUS: Partial<Record<Outcome, number>> = { upstream_aborted: 502, unreachable: 502, timeout: 504 };

/** Where entries are written, and their clock. */
export interface TrafficBook {
  readonly journals: {
    readonly http: JournalWriter;
    readonly bodies: JournalWriter;
    readonly messages: JournalWriter;
  };
  /** Exchanges that have begun and not ended. */
  underWay: number;
  /** The instant of what is told now, microseconds on the daemon's clock. */
  micros(): number;
  /** Whether `entry` may wait for what else comes at this instant: then spill() is called at its end. */
  waits(entry: TrafficEntry): boolean;
}

export class TrafficEntry implements ExchangeEntry, Figures {
  readonly id: number;
  readonly began: number;
  connected: number | null = null;
  firstByte: number | null = null;
  requestBytes = 0;
  responseBytes = 0;
  readonly #book: TrafficBook;
  readonly #request: LoggedHead;
  #responseHead: Buffer = NOTHING;
  #status = 0;
  #isOver = false;
  /** All of the response's body so far, not written yet. */
  #waiting = NOTHING;

  constructor(book: TrafficBook, id: number, request: LoggedHead, connection: number) {
    this.#book = book;
    this.id = id;
    this.began = book.micros();
    this.#request = request;
    book.underWay += 1;
    book.journals.http.append({ kind: BEGAN, a: id, b: connection, micros: this.began }, request.raw);
  }

  touched(rules: string): void {
    const { journals } = this.#book;
    journals.http.append({ kind: TOUCHED, a: this.id, b: 0, micros: this.#book.micros() }, Buffer.from(rules));
  }

  sent(payload: readonly Buffer[]): void {
    if (this.#isOver) return;
    for (const bytes of payload) {
      this.#keep(REQUEST_BODY, this.requestBytes, bytes);
      this.requestBytes += bytes.length;
    }
  }

  reached(): void {
    this.connected ??= this.#book.micros();
  }

  responded(head: ResponseHead): void {
    this.firstByte ??= this.#book.micros();
    this.#status = head.status;
    this.#responseHead = head.raw;
  }

  received(payload: readonly Buffer[]): void {
    if (this.#isOver) return;
    for (const bytes of payload) {
      if (this.responseBytes === 0 && bytes.length <= SMALL_BODY && this.#book.waits(this)) this.#waiting = bytes;
      else {
        this.spill();
        this.#keep(RESPONSE_BODY, this.responseBytes, bytes);
      }
      this.responseBytes += bytes.length;
    }
  }

  /** The end of the exchange did not come with the bytes that wait for it. */
  spill(): void {
    const bytes = this.#waiting;
    this.#waiting = NOTHING;
    this.#keep(RESPONSE_BODY, 0, bytes);
  }

  ended(outcome: Outcome, note = '', rules = '', told = OWN_STATUS[outcome] ?? 0): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const book = this.#book;
    book.underWay -= 1;
    const { http } = book.journals;
    const { raw, method } = this.#request;
    const words = rules === '' ? note : `${rules}${BEHIND_RULES}${note}`;
    const body = encodeEnded(this, words, raw, this.#responseHead, this.#waiting, http.maxLength);
    this.#waiting = NOTHING;
    const status = this.#status || told;
    const word = endedWord(status, outcome, method, book.underWay);
    http.append({ kind: ENDED, a: this.id, b: word, micros: book.micros() }, body);
  }

  #keep(kind: number, offset: number, bytes: Buffer): void {
    if (offset >= MOST_KEPT || bytes.length === 0) return;
    const kept = bytes.length <= MOST_KEPT - offset ? bytes : bytes.subarray(0, MOST_KEPT - offset);
    this.#book.journals.bodies.append({ kind, a: this.id, b: offset, micros: this.#book.micros() }, kept);
  }
}
