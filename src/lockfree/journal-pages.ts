/**
 * Where a journal's pages are in shared memory, and the words on them. The page of the whole structure is in journal.ts.
 */
import { and, type Bytes, compareExchange, load, loadWide, or, store, type WideWords, type Words } from '#atomic';
import { LINE, layout, wide, word } from './layout.ts';
import { numberOf } from './total.ts';

/** How a journal is laid out; the same in every thread. */
export interface JournalGeometry {
  /** At least readers + 2: what that leaves is kept at least, however readers and writer move. */
  readonly pages: number;
  /** Of records with their headers, a multiple of 4, at most 262,140; 4 more than a multiple of 8 leaves none unused. */
  readonly pageBytes: number;
  /** At most 30; each reader number belongs to one thread. */
  readonly readers: number;
}

/** Views of a journal's memory, whose index 0 is its first byte; a Segment's Region is one. */
export interface JournalMemory {
  readonly words: Words;
  readonly wide: WideWords;
  readonly bytes: Bytes;
}

export const JOURNAL = layout({ records: wide('writer'), bytes: wide('writer'), turns: word('writer') });
export const JOURNAL_PAGE = layout({
  pins: word('all'),
  commit: word('writer'),
  first: word('writer'),
  base: wide('writer'),
  before: wide('writer'),
});

/** Words of a record before its body: length, kind, a, b, time. */
export const HEAD_WORDS = 5;
export const HEAD_BYTES = HEAD_WORDS * 4;
/** Of the pin word: nobody may pin the page. */
export const CLOSED = 1 << 30;

const MAX_PAGE_BYTES = 0xffff * 4;
const MAX_READERS = 30;
/** Records begin 4 bytes past a multiple of 8, so that bodies begin on one: V8 copies what lies alike eight bytes at a time. */
const FIRST_RECORD = 4;
const alignUp = (bytes: number, to: number): number => Math.ceil(bytes / to) * to;
/** From one page's records to the next one's. What pads the last record is nobody's, so it may lie beyond. */
const strideOf = (pageBytes: number): number => alignUp(FIRST_RECORD + pageBytes, LINE);

/** Bytes that a record of a body of `length` bytes takes of its page, a multiple of 8. */
export const recordBytes = (length: number): number => (HEAD_BYTES + length + 7) & ~7;

/** Bytes of a journal. Throws a RangeError for a geometry that cannot be. */
export function journalBytes({ pages, pageBytes, readers }: JournalGeometry): number {
  if (!Number.isInteger(readers) || readers < 1 || readers > MAX_READERS) {
    throw new RangeError(`readers=${readers}: 1 to ${MAX_READERS}`);
  }
  if (!Number.isInteger(pages) || pages < readers + 2) throw new RangeError(`pages=${pages}: at least readers + 2`);
  if (pageBytes % 4 !== 0 || pageBytes <= HEAD_BYTES || pageBytes > MAX_PAGE_BYTES) {
    throw new RangeError(`pageBytes=${pageBytes}: a multiple of 4, more than ${HEAD_BYTES}, at most ${MAX_PAGE_BYTES}`);
  }
  return JOURNAL.bytes + pages * (JOURNAL_PAGE.bytes + strideOf(pageBytes));
}

/** What a commit word says. */
export const committedRecords = (commit: number): number => commit >>> 16;
export const committedBytes = (commit: number): number => (commit & 0xffff) * 8;
export const commitWord = (records: number, bytes: number): number => (records << 16) | (bytes >> 3);

/** The words of a journal's pages; private to a thread, like everything that is built on it. */
export class JournalPages {
  readonly words: Words;
  readonly wide: WideWords;
  readonly bytes: Bytes;
  readonly count: number;
  readonly pageBytes: number;
  readonly #stride: number;

  /** Throws a RangeError for a geometry that cannot be, or more memory than there is. */
  constructor({ words, wide: wideWords, bytes }: JournalMemory, geometry: JournalGeometry) {
    const needed = journalBytes(geometry);
    if (bytes.byteLength < needed) throw new RangeError(`byteLength=${bytes.byteLength}: this journal has ${needed}`);
    this.words = words;
    this.wide = wideWords;
    this.bytes = bytes;
    this.count = geometry.pages;
    this.pageBytes = geometry.pageBytes;
    this.#stride = strideOf(geometry.pageBytes);
  }

  pinsAt(page: number): number {
    return this.#wordOf(page) + JOURNAL_PAGE.at.pins;
  }

  commitAt(page: number): number {
    return this.#wordOf(page) + JOURNAL_PAGE.at.commit;
  }

  firstAt(page: number): number {
    return this.#wordOf(page) + JOURNAL_PAGE.at.first;
  }

  /** 64-bit index of the time in microseconds that the page's records count from. */
  baseAt(page: number): number {
    return this.#wordOf(page) / 2 + JOURNAL_PAGE.at.base;
  }

  /** 64-bit index of the number of body bytes ever written before the page's first record. */
  beforeAt(page: number): number {
    return this.#wordOf(page) / 2 + JOURNAL_PAGE.at.before;
  }

  /** Byte offset of the page's first record. */
  dataAt(page: number): number {
    return JOURNAL.bytes + this.count * JOURNAL_PAGE.bytes + page * this.#stride + FIRST_RECORD;
  }

  /** Records ever published: the absolute sequence of the next one. */
  end(): number {
    return numberOf(loadWide(this.wide, JOURNAL.at.records));
  }

  /** Sets a reader's bit, unless the page is closed; whether it did. Lock-free: repeats only when another has moved a bit. */
  pin(page: number, bit: number): boolean {
    const at = this.pinsAt(page);
    for (;;) {
      const pins = load(this.words, at);
      if ((pins & CLOSED) !== 0) return false;
      if (compareExchange(this.words, at, pins, pins | bit) === pins) return true;
    }
  }

  unpin(page: number, bit: number): void {
    and(this.words, this.pinsAt(page), ~bit);
  }

  /** Keeps new readers out; the bits of those inside. */
  close(page: number): number {
    return or(this.words, this.pinsAt(page), CLOSED) & ~CLOSED;
  }

  open(page: number): void {
    and(this.words, this.pinsAt(page), ~CLOSED);
  }

  /** Opens what a dead writer has left closed, and ends its turn; the turns so far. */
  reopen(): number {
    const turns = load(this.words, JOURNAL.at.turns);
    if (turns % 2 === 0) return turns;
    for (let page = 0; page < this.count; page++) this.open(page);
    store(this.words, JOURNAL.at.turns, turns + 1);
    return turns + 1;
  }

  #wordOf(page: number): number {
    return (JOURNAL.bytes + page * JOURNAL_PAGE.bytes) / 4;
  }
}

/** Repairs what a writer has left that died while turning. The control thread, when the writer is gone; lock-free. */
export function reopen(memory: JournalMemory, geometry: JournalGeometry): void {
  new JournalPages(memory, geometry).reopen();
}

/** Gives back the page that a reader was in when its thread died. The control thread, when that thread is gone; wait-free. */
export function releaseReader(memory: JournalMemory, geometry: JournalGeometry, reader: number): void {
  const pages = new JournalPages(memory, geometry);
  for (let page = 0; page < pages.count; page++) pages.unpin(page, 1 << reader);
}
