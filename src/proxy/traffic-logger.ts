/**
 * TrafficLogger: what a proxy has recorded, read from its journals in the control thread. Reading waits for nobody and stops
 * nobody. Heads and bodies are parsed for the entries that are asked for, and for no others.
 */
import type { JournalReader, JournalRecord } from '../lockfree/journal-reader.ts';
import { type Exchange, endedExchange, exchangeUnderWay } from './recorded-exchange.ts';
import { recordsAfter } from './records-after.ts';
import {
  BEGAN,
  decodeEnded,
  decodeMessage,
  ENDED,
  FROM_BROWSER,
  IS_COMPRESSED,
  IS_EVENT,
  MANY,
  REQUEST_BODY,
  statusIn,
  TOUCHED,
  underWayIn,
} from './traffic-records.ts';

export interface Message {
  readonly id: number;
  /** Entry id of its exchange. */
  readonly exchange: number;
  readonly micros: number;
  readonly direction: 'in' | 'out';
  readonly kind: 'text' | 'binary' | 'close' | 'ping' | 'pong' | 'event';
  readonly size: number;
  readonly payload: Buffer;
  readonly compressed: boolean;
}

export interface Body {
  /** As it was sent: content codings are not undone. */
  readonly bytes: Buffer;
  /** Nothing of what was kept has been overwritten. */
  readonly isWhole: boolean;
}

/** What of the exchanges is wanted, as far as heads of records can say. */
export interface ExchangeFilter {
  readonly status?: (status: number) => boolean;
  /** Entries with a greater id alone. */
  readonly after?: number;
  /** Of those that are over, the ones that ended later alone: costs what these cost. */
  readonly heardAfter?: number;
  readonly id?: number;
}

export interface TrafficReaders {
  readonly http: JournalReader;
  readonly bodies: JournalReader;
  readonly messages: JournalReader;
}

export interface LogTotals {
  readonly total: number;
  readonly available: number;
  readonly dropped: number;
}

/** Where in the journal `http` an exchange is. */
interface Place {
  readonly id: number;
  /** 0 while there is no answer. */
  readonly status: number;
  readonly sequence: number;
  /** Of what was last told of rules that touch it, while it is under way. */
  readonly touched: number | null;
}

export class TrafficLogger {
  readonly #readers: TrafficReaders;
  readonly #most: number;
  /** Exchanges ever begun. */
  readonly #begun: () => number;
  /** Entries up to here were cleared. */
  #cleared = 0;
  #clearedTotal = 0;

  constructor(readers: TrafficReaders, maxLogSize: number, begun: () => number) {
    this.#readers = readers;
    this.#most = maxLogSize;
    this.#begun = begun;
  }

  /**
   * Oldest first: of the newest `max_log_size` those that are wanted, and those under way. `aliveSince`: what began before that and
   * never ended was lost with its worker.
   */
  exchanges(filter: ExchangeFilter, aliveSince: number): Exchange[] {
    return this.#read(this.#wanted(filter), aliveSince);
  }

  /** Of exchanges() the newest `most`, and how many there are: the others are not read. */
  newest(most: number, filter: ExchangeFilter, aliveSince: number): { exchanges: Exchange[]; total: number } {
    const wanted = this.#wanted(filter);
    return { exchanges: this.#read(wanted.slice(-most), aliveSince), total: wanted.length };
  }

  /** Oldest first. */
  messages(after = 0, heardAfter = 0): Message[] {
    const from = Math.max(after, this.#cleared);
    const records = recordsAfter(this.#readers.messages, heardAfter, (_kind, id) => id > from);
    return records.slice(-this.#most).map(messageOf);
  }

  /** First bytes of a body of exchange `id`. */
  body(id: number, part: 'request' | 'response', size: number): Body {
    const small = part === 'response' ? this.#smallBody(id) : null;
    if (small !== null) return { bytes: small, isWhole: small.length === size };
    const { records } = this.#readers.bodies.snapshot(
      (kind, of) => of === id && (kind === REQUEST_BODY) === (part === 'request'),
    );
    const bytes = Buffer.concat(records.map(({ body }) => body));
    return { bytes, isWhole: (records[0]?.b ?? 0) === 0 && (bytes.length === size || bytes.length >= KEPT_BYTES) };
  }

  /** Null: it stands by itself, or there is none. */
  #smallBody(id: number): Buffer | null {
    const { records } = this.#readers.http.newest(1, (kind, of) => kind === ENDED && of === id);
    const [end] = records;
    const bytes = end === undefined ? null : decodeEnded(end.body).responseBody;
    return bytes === null || bytes.length === 0 ? null : bytes;
  }

  totals(): LogTotals {
    const total = this.#begun();
    const available = this.#places(0).length;
    return { total, available, dropped: Math.max(0, total - this.#clearedTotal - available) };
  }

  /** Of messages and events, also of those that were cleared. */
  messageTotals(): LogTotals {
    const { first, end } = this.#readers.messages.snapshot(() => false);
    return { total: end, available: end - first, dropped: first };
  }

  /** Another one whenever something was recorded or cleared. Reads three counters. */
  stamp(): string {
    const { http, messages } = this.#readers;
    return [http.records(), messages.records(), this.#cleared].join();
  }

  /** Hides everything up to the entry `last`. */
  clear(last: number): void {
    this.#cleared = Math.max(this.#cleared, last);
    this.#clearedTotal = this.#begun();
  }

  get cleared(): number {
    return this.#cleared;
  }

  /** In the order in which they began. */
  #wanted({ after = 0, heardAfter, id: only, status: fits }: ExchangeFilter): Place[] {
    return this.#places(after, heardAfter)
      .filter(({ id, status }) => (only === undefined || only === id) && (fits?.(status) ?? true))
      .sort((a, b) => a.id - b.id);
  }

  #read(places: readonly Place[], aliveSince: number): Exchange[] {
    const sequences = new Set(
      places.flatMap(({ sequence, touched }) => (touched === null ? [sequence] : [sequence, touched])),
    );
    const { records } = this.#readers.http.newest(sequences.size, (_kind, _id, _word, sequence) =>
      sequences.has(sequence),
    );
    const rules = new Map<number, string>();
    for (const { kind, a: id, body } of records) if (kind === TOUCHED) rules.set(id, Buffer.from(body).toString());
    return records
      .filter(({ kind }) => kind !== TOUCHED)
      .map((record) =>
        record.kind === ENDED
          ? endedExchange(record)
          : exchangeUnderWay(record, record.micros < aliveSince, rules.get(record.a) ?? ''),
      )
      .sort((a, b) => a.id - b.id);
  }

  /**
   * The newest first. An exchange's end lies behind its begin, so a walk from the newest record back meets it first. It ends with the
   * oldest that is kept, or heard of late enough: each end says how many were under way then, and all of these have been met by that.
   */
  #places(after: number, heardAfter = 0): Place[] {
    const from = Math.max(after, this.#cleared);
    const over = new Set<number>();
    const touched = new Map<number, number>();
    const places: Place[] = [];
    /** Under way when the newest end was written, and begun since. */
    let toMeet: number | null = null;
    let begun = 0;
    let isPast = false;
    const see = (kind: number, id: number, word: number, sequence: number): void => {
      if (kind === ENDED) {
        over.add(id);
        toMeet ??= underWayIn(word) === MANY ? Number.POSITIVE_INFINITY : underWayIn(word) + begun;
        if (id > from && over.size <= this.#most && !isPast)
          places.push({ id, status: statusIn(word), sequence, touched: null });
      } else if (!over.has(id)) {
        if (kind === BEGAN) {
          begun += 1;
          if (id > from) places.push({ id, status: 0, sequence, touched: touched.get(id) ?? null });
        } else if (!touched.has(id)) touched.set(id, sequence);
      }
    };
    this.#readers.http.walk((page) =>
      page.heads((kind, id, word, n) => {
        isPast ||= kind === ENDED && heardAfter > 0 && page.place(n).micros <= heardAfter;
        see(kind, id, word, page.first + n);
        return toMeet === null || (over.size < this.#most && !isPast) || begun < toMeet;
      }),
    );
    return places;
  }
}

/** Of each body. */
export const KEPT_BYTES = 64 * 1_024;

const KINDS: Readonly<Record<number, Message['kind']>> = { 1: 'text', 2: 'binary', 8: 'close', 9: 'ping', 10: 'pong' };

function messageOf({ a: id, b: exchange, micros, body }: JournalRecord): Message {
  const { opcode, flags, size, payload } = decodeMessage(body);
  return {
    id,
    exchange,
    micros,
    direction: (flags & FROM_BROWSER) === 0 ? 'in' : 'out',
    kind: (flags & IS_EVENT) !== 0 ? 'event' : (KINDS[opcode] ?? 'binary'),
    size,
    payload,
    compressed: (flags & IS_COMPRESSED) !== 0,
  };
}
