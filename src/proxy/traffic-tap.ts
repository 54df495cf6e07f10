/** Writes a proxy's traffic into its journals as it passes. Never throws, never waits; private to the worker. */
import type { JournalWriter } from '../lockfree/journal.ts';
import type { ExchangeTap, Outcome } from './exchange-tap.ts';
import type { RequestHead, ResponseHead } from './http1.ts';
import {
  BEGAN,
  BEHIND_RULES,
  ENDED,
  encodeEnded,
  encodeMessage,
  endedWord,
  type Figures,
  MESSAGE,
  type MessageRecord,
  REQUEST_BODY,
  RESPONSE_BODY,
  TOUCHED,
} from './traffic-records.ts';

export interface TrafficJournals {
  readonly http: JournalWriter;
  readonly bodies: JournalWriter;
  readonly messages: JournalWriter;
}

/** Bytes kept of each body. */
const MOST_KEPT = 64 * 1_024;
const NOTHING = Buffer.alloc(0);
/** What the browser was told by us where the target told it nothing. */
const OWN_STATUS: Partial<Record<Outcome, number>> = { upstream_aborted: 502, unreachable: 502, timeout: 504 };

/** An exchange under way. */
class Passing implements Figures {
  readonly began: number;
  readonly method: string;
  readonly requestHead: Buffer;
  responseHead: Buffer = NOTHING;
  status = 0;
  connected: number | null = null;
  firstByte: number | null = null;
  requestBytes = 0;
  responseBytes = 0;

  constructor(began: number, { method, raw }: RequestHead) {
    this.began = began;
    this.method = method;
    this.requestHead = raw;
  }
}

export class TrafficTap implements ExchangeTap {
  readonly #journals: TrafficJournals;
  readonly #micros: () => number;
  readonly #nextId: () => number;
  readonly #passing = new Map<number, Passing>();
  #isHeld = false;
  /** The instant that is held; null: not looked at yet. */
  #instant: number | null = null;

  constructor(journals: TrafficJournals, micros: () => number, nextId: () => number) {
    this.#journals = journals;
    this.#micros = () => {
      if (!this.#isHeld) return micros();
      this.#instant ??= micros();
      return this.#instant;
    };
    this.#nextId = nextId;
  }

  hold(): void {
    this.#isHeld = true;
    this.#instant = null;
  }

  release(): void {
    this.#isHeld = false;
  }

  began(head: RequestHead, connection: number): number {
    const id = this.#nextId();
    const micros = this.#micros();
    this.#passing.set(id, new Passing(micros, head));
    this.#journals.http.append({ kind: BEGAN, a: id, b: connection, micros }, head.raw);
    return id;
  }

  touched(id: number, rules: string): void {
    this.#journals.http.append({ kind: TOUCHED, a: id, b: 0, micros: this.#micros() }, Buffer.from(rules));
  }

  sent(id: number, payload: readonly Buffer[]): void {
    const passing = this.#passing.get(id);
    if (passing === undefined) return;
    for (const bytes of payload) {
      this.#keep(REQUEST_BODY, id, passing.requestBytes, bytes);
      passing.requestBytes += bytes.length;
    }
  }

  connected(id: number): void {
    const passing = this.#passing.get(id);
    if (passing !== undefined) passing.connected ??= this.#micros();
  }

  responded(id: number, head: ResponseHead): void {
    const passing = this.#passing.get(id);
    if (passing === undefined) return;
    passing.firstByte ??= this.#micros();
    passing.status = head.status;
    passing.responseHead = head.raw;
  }

  received(id: number, payload: readonly Buffer[]): void {
    const passing = this.#passing.get(id);
    if (passing === undefined) return;
    for (const bytes of payload) {
      this.#keep(RESPONSE_BODY, id, passing.responseBytes, bytes);
      passing.responseBytes += bytes.length;
    }
  }

  ended(id: number, outcome: Outcome, note = '', rules = '', told = OWN_STATUS[outcome] ?? 0): void {
    const passing = this.#passing.get(id);
    if (passing === undefined) return;
    this.#passing.delete(id);
    const { http } = this.#journals;
    const { requestHead, responseHead, method } = passing;
    const status = passing.status || told;
    const body = encodeEnded(
      passing,
      rules === '' ? note : `${rules}${BEHIND_RULES}${note}`,
      requestHead,
      responseHead,
      http.maxLength,
    );
    http.append({ kind: ENDED, a: id, b: endedWord(status, outcome, method), micros: this.#micros() }, body);
  }

  /** A WebSocket message or event of exchange `id`, with the first bytes of its payload. */
  message(id: number, message: MessageRecord): void {
    const kept =
      message.payload.length <= MOST_KEPT ? message : { ...message, payload: message.payload.subarray(0, MOST_KEPT) };
    this.#journals.messages.append(
      { kind: MESSAGE, a: this.#nextId(), b: id, micros: this.#micros() },
      encodeMessage(kept),
    );
  }

  #keep(kind: number, id: number, offset: number, bytes: Buffer): void {
    if (offset >= MOST_KEPT || bytes.length === 0) return;
    const kept = bytes.length <= MOST_KEPT - offset ? bytes : bytes.subarray(0, MOST_KEPT - offset);
    this.#journals.bodies.append({ kind, a: id, b: offset, micros: this.#micros() }, kept);
  }
}
