/** An exchange out of its record in the journal. Heads are taken apart when somebody asks for what is in them. */
import type { JournalRecord } from '../lockfree/journal-reader.ts';
import type { Outcome } from './exchange-tap.ts';
import type { Fields } from './fields.ts';
import { KeptHead } from './kept-head.ts';
import { loadOf, unmarked } from './load-mark.ts';
import { decodeEnded, type EndedRecord, type Figures, outcomeIn, statusIn } from './traffic-records.ts';

export interface Exchange extends Figures {
  readonly id: number;
  readonly method: string;
  readonly target: string;
  /** 0 while there is no answer. */
  readonly status: number;
  /** Null while it is under way. */
  readonly outcome: Outcome | 'lost' | null;
  readonly note: string;
  /** Rules that touched it, while it is under way so far, and how: `mock-users; latency +312 ms`. */
  readonly rules: string;
  /** When it was over; null while it is under way. */
  readonly ended: number | null;
  readonly request: Fields;
  readonly response: Fields;
  /** Of the page that made it, as it names itself; '' for others. */
  readonly load: string;
}

export const endedExchange = ({ a: id, b: word, micros, body }: JournalRecord): Exchange =>
  new RecordedExchange(id, statusIn(word), outcomeIn(word), micros, decodeEnded(body));

/** `isLost`: with its worker. */
export const exchangeUnderWay = ({ a: id, micros, body }: JournalRecord, isLost: boolean, rules: string): Exchange =>
  new RecordedExchange(id, 0, isLost ? 'lost' : null, null, {
    began: micros,
    connected: null,
    firstByte: null,
    requestBytes: 0,
    responseBytes: 0,
    note: '',
    rules,
    requestHead: Buffer.from(body.buffer, body.byteOffset, body.length),
    responseHead: NOTHING,
    responseBody: NOTHING,
  });

const NOTHING = Buffer.alloc(0);

/** Of ten thousand a query looks at the figures alone. */
class RecordedExchange implements Exchange {
  readonly id: number;
  readonly status: number;
  readonly outcome: Exchange['outcome'];
  readonly ended: number | null;
  readonly began: number;
  readonly connected: number | null;
  readonly firstByte: number | null;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly note: string;
  readonly rules: string;
  readonly #record: EndedRecord;
  #head: KeptHead | null = null;

  constructor(id: number, status: number, outcome: Exchange['outcome'], ended: number | null, record: EndedRecord) {
    this.id = id;
    this.status = status;
    this.outcome = outcome;
    this.ended = ended;
    this.began = record.began;
    this.connected = record.connected;
    this.firstByte = record.firstByte;
    this.requestBytes = record.requestBytes;
    this.responseBytes = record.responseBytes;
    this.note = record.note;
    this.rules = record.rules;
    this.#record = record;
  }

  get method(): string {
    return this.#requestHead.first.split(' ', 1)[0] ?? '';
  }

  get target(): string {
    return this.#requestHead.first.split(' ', 2)[1] ?? '';
  }

  get request(): Fields {
    return unmarked(this.#requestHead.fields);
  }

  get response(): Fields {
    return new KeptHead(this.#record.responseHead).fields;
  }

  get load(): string {
    return loadOf(this.#requestHead.fields);
  }

  get #requestHead(): KeptHead {
    this.#head ??= new KeptHead(this.#record.requestHead);
    return this.#head;
  }
}
