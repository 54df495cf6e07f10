/** Reads a journal from any thread: record by record with a private cursor, or as a snapshot. Page of the structure: journal.ts. */
import { copyOut, get, load, loadWide } from '#atomic';
import type { RecordHead } from './journal.ts';
import {
  committedRecords,
  HEAD_BYTES,
  JOURNAL,
  type JournalGeometry,
  type JournalMemory,
  JournalPages,
  recordBytes,
} from './journal-pages.ts';
import { distance } from './sequence.ts';

/** A private copy of a record; `sequence` counts from the journal's first. */
export interface JournalRecord extends RecordHead {
  readonly sequence: number;
  readonly body: Uint8Array;
}

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

/** A record where it lies; valid under the pin only. */
export interface RecordPlace extends RecordHead {
  readonly sequence: number;
  /** Byte offset of the body, and its length. */
  readonly at: number;
  readonly length: number;
}

/** A page that a walk is in. */
export interface WalkedPage {
  /** Absolute sequences of its first record, and after the last one that the walk counts. */
  readonly first: number;
  readonly end: number;
  /** Body bytes ever written before its first record. */
  readonly before: number;
  /** Its records, decoded on demand. */
  places(): RecordPlace[];
}

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
  /** Where the cursor's record lies, if its page's first record is still `first`. */
  #next = { page: -1, first: -1, sequence: -1, at: 0 };

  /** A reader of the number `reader`, from the sequence `cursor` on. Private to its thread. */
  constructor(memory: JournalMemory, reader: number, geometry: JournalGeometry, cursor = 0) {
    if (!Number.isInteger(reader) || reader < 0 || reader >= geometry.readers) {
      throw new RangeError(`reader=${reader}: this journal has readers 0 to ${geometry.readers - 1}`);
    }
    this.pages = new JournalPages(memory, geometry);
    this.bit = 1 << reader;
    this.cursor = cursor;
  }

  /** Records ever published. Any thread; wait-free. */
  records(): number {
    return this.pages.end();
  }

  /** Body bytes ever written. Any thread; wait-free. */
  bytes(): number {
    return Number(loadWide(this.pages.wide, JOURNAL.at.bytes));
  }

  /** The record at the cursor, or why there is none just now. Lock-free; never waits for the writer. */
  read(): JournalRead {
    const end = this.pages.end(); // R1
    if (this.cursor >= end) return { kind: 'empty' };
    const seen = this.look(end);
    const found = seen.find(({ first, end: after }) => first <= this.cursor && this.cursor < after);
    if (found === undefined) return this.lapped(seen, end);
    if (!this.pin(found.page)) return { kind: 'turning' }; // R4
    try {
      if (!this.isStill(found)) return { kind: 'turning' }; // R5
      return { kind: 'record', record: this.copyAtCursor(found) }; // R6
    } finally {
      this.unpin(found.page); // R7
    }
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

  /** All records that `accept` wants by their heads; only their bodies are copied. Takes effect at W1; lock-free. */
  snapshot(accept: (place: RecordPlace) => boolean = () => true): JournalSnapshot {
    const chunks: JournalRecord[][] = [];
    const walked = this.walk((page) => {
      const wanted = page.places().filter(accept);
      chunks.push(wanted.map((place) => this.copy(place)));
      return true;
    });
    return { records: chunks.reverse().flat(), ...walked };
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
        const isEnough = !visit(this.pageOf(found, first));
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
    return length === 0 ? new Uint8Array(0) : copyOut(this.pages.bytes, at, length);
  }

  protected pin(page: number): boolean {
    return this.pages.pin(page, this.bit);
  }

  protected unpin(page: number): void {
    this.pages.unpin(page, this.bit);
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

  protected isStill({ page, first }: Glimpse): boolean {
    return (
      load(this.pages.words, this.pages.firstAt(page)) === (first | 0) &&
      load(this.pages.words, this.pages.commitAt(page)) !== 0
    );
  }

  /** Steps through the page up to the cursor; from where it left off, when it was here before. */
  protected copyAtCursor({ page, first }: Glimpse): JournalRecord {
    const base = Number(loadWide(this.pages.wide, this.pages.baseAt(page)));
    const known = this.#next;
    const isKnown = known.page === page && known.first === first && known.sequence === this.cursor;
    let { sequence, at } = isKnown ? known : { sequence: first, at: this.pages.dataAt(page) };
    for (; sequence < this.cursor; sequence++) at += recordBytes(get(this.pages.words, at / 4));
    const place = this.placeAt(at, sequence, base);
    this.cursor++;
    this.#next = { page, first, sequence: this.cursor, at: at + recordBytes(place.length) };
    return this.copy(place);
  }

  protected pageOf({ page, first }: Glimpse, end: number): WalkedPage {
    const { wide } = this.pages;
    return {
      first,
      end,
      before: Number(loadWide(wide, this.pages.beforeAt(page))),
      places: () => {
        const base = Number(loadWide(wide, this.pages.baseAt(page)));
        const places: RecordPlace[] = [];
        let at = this.pages.dataAt(page);
        for (let sequence = first; sequence < end; sequence++) {
          const place = this.placeAt(at, sequence, base);
          places.push(place);
          at += recordBytes(place.length);
        }
        return places;
      },
    };
  }

  protected placeAt(at: number, sequence: number, base: number): RecordPlace {
    const { words } = this.pages;
    const word = at / 4;
    return {
      sequence,
      at: at + HEAD_BYTES,
      length: get(words, word),
      kind: get(words, word + 1),
      a: get(words, word + 2),
      b: get(words, word + 3),
      micros: base + (get(words, word + 4) >>> 0),
    };
  }

  protected copy({ sequence, at, length, kind, a, b, micros }: RecordPlace): JournalRecord {
    return { sequence, kind, a, b, micros, body: this.copyBytes(at, length) };
  }
}
