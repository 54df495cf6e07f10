/** Reads a journal from any thread: record by record with a private cursor, or as a snapshot. Page of the structure: journal.ts. */
import { get, load, loadWide } from '#atomic';
import {
  committedRecords,
  JOURNAL,
  type JournalGeometry,
  type JournalMemory,
  JournalPages,
  recordBytes,
} from './journal-pages.ts';
import { copyRecord, type JournalRecord, JournalWalk, type WalkedPage } from './journal-walk.ts';
import { distance } from './sequence.ts';
import { numberOf } from './total.ts';

export type { JournalRecord, RecordPlace, SeesHead, WalkedPage } from './journal-walk.ts';

/**
 * What reading at the cursor found. `lapped`: `lost` records were overwritten before they were read, the cursor is behind them.
 * `turning`: the writer is taking this page, or has died while it did; the cursor stays. Come again, or skip; never wait.
 */
export type JournalRead =
  | { readonly kind: 'record'; readonly record: JournalRecord }
  | { readonly kind: 'empty' }
  | { readonly kind: 'lapped'; readonly lost: number }
  | { readonly kind: 'turning' };

/** The newest records without a gap, oldest first. `short`: more had been kept, but the writer was turning meanwhile. */
export interface JournalSnapshot {
  readonly records: readonly JournalRecord[];
  /** Sequence of the oldest record reached, accepted or not. */
  readonly first: number;
  /** Sequence after the newest. */
  readonly end: number;
  readonly short: boolean;
}

/** Whether a record is wanted, by what its head says; no object is made for it. */
export type HeadTest = (kind: number, a: number, b: number, sequence: number) => boolean;

/** A page as it was seen unpinned. */
export interface Glimpse {
  readonly page: number;
  readonly first: number;
  readonly end: number;
}

export class JournalReader {
  protected readonly pages: JournalPages;
  protected readonly bit: number;
  /** Sequence that read() looks for. */
  cursor: number;
  readonly #walk: JournalWalk;
  /** Whether this object has a page pinned. */
  #isInside = false;
  /** Of the last read: its page with the time that it counts from, and the record after it. */
  #page: Glimpse = { page: 0, first: Number.POSITIVE_INFINITY, end: 0 };
  #base = 0;
  #nextSequence = 0;
  #nextHead = 0;

  /** A reader of the number `reader`, from the sequence `cursor` on. Private to its thread. */
  constructor(memory: JournalMemory, reader: number, geometry: JournalGeometry, cursor = 0) {
    if (!Number.isInteger(reader) || reader < 0 || reader >= geometry.readers) {
      throw new RangeError(`reader=${reader}: this journal has readers 0 to ${geometry.readers - 1}`);
    }
    this.pages = new JournalPages(memory, geometry);
    this.#walk = new JournalWalk(this.pages);
    this.bit = 1 << reader;
    this.cursor = cursor;
  }

  /** Records ever published. Any thread; wait-free. */
  records(): number {
    return this.pages.end();
  }

  /** Body bytes ever written. Any thread; wait-free. */
  bytes(): number {
    return numberOf(loadWide(this.pages.wide, JOURNAL.at.bytes));
  }

  /** The record at the cursor, or why there is none just now. Lock-free; never waits for the writer. */
  read(): JournalRead {
    const end = this.pages.end(); // R1
    if (this.cursor >= end) return { kind: 'empty' };
    if (this.#holdsCursor(this.#page)) return this.#readFrom(this.#page);
    const seen = this.look(end); // R2
    const found = seen.find(({ first, end: after }) => first <= this.cursor && this.cursor < after);
    return found === undefined ? this.lapped(seen, end) : this.#readFrom(found); // R3
  }

  /** Goes on behind the page that the cursor is in; how many records that leaves unread. For a reader that meets `turning`. */
  skip(): number {
    const end = this.pages.end();
    const found = this.look(end).find(({ first, end: after }) => first <= this.cursor && this.cursor < after);
    if (found === undefined) return 0;
    const skipped = Math.min(found.end, end) - this.cursor;
    this.cursor += skipped;
    return skipped;
  }

  /** All records that `accept` wants by their heads, of which it is told newest first; only their bodies are copied. Takes effect at W1; lock-free. */
  snapshot(accept: HeadTest = () => true): JournalSnapshot {
    return this.newest(Number.POSITIVE_INFINITY, accept);
  }

  /** The newest records that `accept` wants, at most `most`: looks no further back than these. Takes effect at W1; lock-free. */
  newest(most: number, accept: HeadTest = () => true): JournalSnapshot {
    const found: JournalRecord[] = [];
    let first = Number.POSITIVE_INFINITY;
    const walked = this.walk((page) =>
      page.heads((kind, a, b, n) => {
        if (found.length < most && accept(kind, a, b, page.first + n)) found.push(page.record(n));
        first = page.first + n;
        return found.length < most;
      }),
    );
    return { ...walked, records: found.reverse(), first: Math.min(first, walked.end) };
  }

  /**
   * Visits pages from the newest back, each under its pin, until `visit` says false, or a page is missing or closed. `visit`
   * must not keep a place beyond its call.
   */
  walk(visit: (page: WalkedPage) => boolean): Omit<JournalSnapshot, 'records'> {
    const turns = load(this.pages.words, JOURNAL.at.turns); // W1
    const end = this.pages.end();
    const seen = this.look(end); // W2
    let first = end;
    while (first > 0) {
      const found = seen.find((one) => one.first < first && first <= one.end);
      if (found === undefined || !this.pin(found.page)) return this.ended(first, end, turns); // W4
      try {
        if (!this.isStill(found)) return this.ended(first, end, turns);
        const isEnough = !visit(this.#walk.enter(found.page, found.first, first));
        first = found.first;
        if (isEnough) break;
      } finally {
        this.unpin(found.page);
      }
    }
    return { first, end, short: false };
  }

  /** A private copy of `length` bytes of a walked page. */
  copyBytes(at: number, length: number): Uint8Array {
    return this.#walk.copyBytes(at, length);
  }

  /** Throws an Error inside of a walk: its reader is in a page, and the writer counts on one for each number. */
  protected pin(page: number): boolean {
    if (this.#isInside) throw new Error(`reader=${Math.log2(this.bit)}: it is in a page, and reads no other meanwhile`);
    this.#isInside = this.pages.pin(page, this.bit);
    return this.#isInside;
  }

  protected unpin(page: number): void {
    this.pages.unpin(page, this.bit);
    this.#isInside = false;
  }

  protected ended(first: number, end: number, turns: number): Omit<JournalSnapshot, 'records'> {
    const isShort = turns % 2 !== 0 || load(this.pages.words, JOURNAL.at.turns) !== turns;
    return { first, end, short: isShort };
  }

  /** Every page's absolute range, as it was at some instant after `end`; a hint, to be checked again under the pin. */
  protected look(end: number): Glimpse[] {
    const { words } = this.pages;
    const seen: Glimpse[] = [];
    for (let page = 0; page < this.pages.count; page++) {
      const first = end - distance(load(words, this.pages.firstAt(page)), end | 0);
      const records = committedRecords(load(words, this.pages.commitAt(page)));
      if (records > 0) seen.push({ page, first, end: first + records });
    }
    return seen;
  }

  /** No page held the cursor's record after R1, so it is gone, and so is what lies before the next page's first record. */
  protected lapped(seen: readonly Glimpse[], end: number): JournalRead {
    const later = seen.map(({ first }) => first).filter((first) => first > this.cursor);
    const next = Math.min(end, ...later);
    const lost = next - this.cursor;
    this.cursor = next;
    return { kind: 'lapped', lost };
  }

  /** R5. Who has pinned it meets an open page, and that has its number since before it was opened. */
  protected isStill({ page, first }: Glimpse): boolean {
    return load(this.pages.words, this.pages.firstAt(page)) === (first | 0);
  }

  protected copyAtCursor(found: Glimpse): JournalRecord {
    if (found !== this.#page || this.#nextSequence !== this.cursor) this.#seek(found);
    const record = copyRecord(this.pages, this.#nextHead, this.cursor, this.#base);
    this.#nextHead += recordBytes(record.body.length) >> 2;
    this.#nextSequence = ++this.cursor;
    return record;
  }

  /** R4 to R7. */
  #readFrom(found: Glimpse): JournalRead {
    if (!this.pin(found.page)) return { kind: 'turning' }; // R4
    try {
      if (!this.isStill(found)) return { kind: 'turning' }; // R5
      return { kind: 'record', record: this.copyAtCursor(found) }; // R6
    } finally {
      this.unpin(found.page); // R7
    }
  }

  /** R2 of the last read's page alone: it has the cursor's record nearly always. */
  #holdsCursor({ page, first }: Glimpse): boolean {
    if (this.cursor < first || load(this.pages.words, this.pages.firstAt(page)) !== (first | 0)) return false;
    return this.cursor - first < committedRecords(load(this.pages.words, this.pages.commitAt(page)));
  }

  /** Steps through the page up to the cursor. */
  #seek(found: Glimpse): void {
    let head = this.pages.dataAt(found.page) >> 2;
    for (let sequence = found.first; sequence < this.cursor; sequence++) {
      head += recordBytes(get(this.pages.words, head)) >> 2;
    }
    this.#page = found;
    this.#nextHead = head;
    this.#base = numberOf(loadWide(this.pages.wide, this.pages.baseAt(found.page)));
  }
}
