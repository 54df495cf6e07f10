/** A journal's page under a reader's pin: its records by number, decoded word by word. Page of the structure: journal.ts. */
import { copyOut, get, loadWide } from '#atomic';
import type { RecordHead } from './journal.ts';
import { HEAD_BYTES, type JournalPages, recordBytes } from './journal-pages.ts';
import { numberOf } from './total.ts';

/** A private copy of a record; `sequence` counts from the journal's first. */
export interface JournalRecord extends RecordHead {
  readonly sequence: number;
  readonly body: Uint8Array;
}

/** A record where it lies; valid under the pin only. */
export interface RecordPlace extends RecordHead {
  readonly sequence: number;
  /** Byte offset of the body, and its length. */
  readonly at: number;
  readonly length: number;
}

/** Told of a record by its head, without an object made for it; `n` is its number on the page. */
export type SeesHead = (kind: number, a: number, b: number, n: number) => boolean;

/** A page that a walk is in. Its records are numbered from 0, the oldest. */
export interface WalkedPage {
  /** Absolute sequences of its first record, and after the last one that the walk counts. */
  readonly first: number;
  readonly end: number;
  readonly count: number;
  /** Body bytes ever written before its first record. */
  readonly before: number;
  /** Body bytes of its records up to `end`. */
  readonly bodyBytes: number;
  /** Where a record's body lies, for copyBytes(): its byte offset and its length. */
  bodyAt(n: number): number;
  lengthOf(n: number): number;
  place(n: number): RecordPlace;
  /** A private copy. */
  record(n: number): JournalRecord;
  /** Tells `sees` of each head, newest first, while it says true; whether it always did. */
  heads(sees: SeesHead): boolean;
}

const KIND = 1;
const A = 2;
const B = 3;
const TIME = 4;

/** One for all pages that a reader walks, one after the other; where their records lie is found when it is asked for. */
export class JournalWalk implements WalkedPage {
  readonly #pages: JournalPages;
  /** Words at which the heads of the page's records lie, once they are found. */
  readonly #heads: Int32Array;
  #isFound = false;
  #bodyBytes = 0;
  #dataAt = 0;
  first = 0;
  end = 0;
  before = 0;
  #base = 0;

  constructor(pages: JournalPages) {
    this.#pages = pages;
    this.#heads = new Int32Array(Math.ceil(pages.pageBytes / recordBytes(0)));
  }

  /** Begins a page of records `first` to `end`. The caller holds the pin, and has found the page still there. */
  enter(page: number, first: number, end: number): this {
    const { wide } = this.#pages;
    this.first = first;
    this.end = end;
    this.before = numberOf(loadWide(wide, this.#pages.beforeAt(page)));
    this.#base = numberOf(loadWide(wide, this.#pages.baseAt(page)));
    this.#dataAt = this.#pages.dataAt(page);
    this.#isFound = false;
    return this;
  }

  get count(): number {
    return this.end - this.first;
  }

  get bodyBytes(): number {
    if (!this.#isFound) this.#find();
    return this.#bodyBytes;
  }

  lengthOf(n: number): number {
    return get(this.#pages.words, this.#headAt(n));
  }

  bodyAt(n: number): number {
    return this.#headAt(n) * 4 + HEAD_BYTES;
  }

  place(n: number): RecordPlace {
    return placeAt(this.#pages, this.#headAt(n), this.first + n, this.#base);
  }

  record(n: number): JournalRecord {
    return copyRecord(this.#pages, this.#headAt(n), this.first + n, this.#base);
  }

  heads(sees: SeesHead): boolean {
    const { words } = this.#pages;
    for (let n = this.count - 1; n >= 0; n--) {
      const head = this.#headAt(n);
      if (!sees(get(words, head + KIND), get(words, head + A), get(words, head + B), n)) return false;
    }
    return true;
  }

  copyBytes(at: number, length: number): Uint8Array {
    return copyBytes(this.#pages, at, length);
  }

  #headAt(n: number): number {
    if (!this.#isFound) this.#find();
    return this.#heads[n] ?? 0;
  }

  /** Each record says where the next one lies. */
  #find(): void {
    const { words } = this.#pages;
    const { count } = this;
    let head = this.#dataAt >> 2;
    let bytes = 0;
    for (let n = 0; n < count; n++) {
      const length = get(words, head);
      this.#heads[n] = head;
      head += recordBytes(length) >> 2;
      bytes += length;
    }
    this.#bodyBytes = bytes;
    this.#isFound = true;
  }
}

/** A private copy of the record whose head lies at word `head` of a pinned page that counts time from `base`. */
export function copyRecord(pages: JournalPages, head: number, sequence: number, base: number): JournalRecord {
  const { kind, a, b, micros, at, length } = placeAt(pages, head, sequence, base);
  return { sequence, kind, a, b, micros, body: copyBytes(pages, at, length) };
}

const placeAt = ({ words }: JournalPages, head: number, sequence: number, base: number): RecordPlace => ({
  sequence,
  at: head * 4 + HEAD_BYTES,
  length: get(words, head),
  kind: get(words, head + KIND),
  a: get(words, head + A),
  b: get(words, head + B),
  micros: base + (get(words, head + TIME) >>> 0),
});

const copyBytes = ({ bytes }: JournalPages, at: number, length: number): Uint8Array =>
  length === 0 ? new Uint8Array(0) : copyOut(bytes, at, length);
