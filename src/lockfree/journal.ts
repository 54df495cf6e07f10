/**
 * Bounded log of variable-length records in shared memory: one writer that never waits, many readers. Its reader is in
 * journal-reader.ts, its words in journal-pages.ts.
 */
import { copyIn, get, load, loadWide, set, store, storeWide } from '#atomic';
import {
  CLOSED,
  committedBytes,
  committedRecords,
  commitWord,
  HEAD_BYTES,
  JOURNAL,
  type JournalGeometry,
  type JournalMemory,
  JournalPages,
  recordBytes,
} from './journal-pages.ts';
import { distance } from './sequence.ts';
import { numberOf, Total } from './total.ts';

/** What a record says about its body. */
export interface RecordHead {
  /** What the body is: the user's number. */
  readonly kind: number;
  /** Two 32-bit words that queries filter on without looking into the body. */
  readonly a: number;
  readonly b: number;
  /** Whole microseconds since the user's epoch; of one writer, never going back. */
  readonly micros: number;
}

/** The longest time a page's records may span: a record's time is a 32-bit difference. */
const PAGE_MICROS = 2 ** 32;

/**
 * What        Log of records in pages, one writer, up to 30 readers; the oldest page is overwritten, readers say what was lost.
 * Roles       JournalWriter: one thread.  JournalReader: each reader number one thread; it pins one page at a time and
 *             awaits nothing meanwhile.  reopen(), releaseReader(): the control thread, for a thread that is dead.
 * Layout      offset         bytes  field    writer  meaning
 *             0              8      records  writer  records ever published: the sequence of the next one
 *             8              8      bytes    writer  body bytes ever written
 *             16             4      turns    writer  twice the turns made; odd while turning
 *             page p, from 128 + 256·p
 *             0              4      pins     all     a bit for each reader inside, and CLOSED
 *             128            4      commit   writer  records << 16 | bytes / 8 that may be read
 *             132            4      first    writer  sequence of the first record (wrapping int32)
 *             136            8      base     writer  time of the first record, microseconds
 *             144            8      before   writer  body bytes ever written before the first record
 *             records of page p, from 132 + 256·pages + p·(4 + pageBytes, to 128): length, kind, a, b, time − base; body, which
 *             begins and is padded to a multiple of 8, for the sake of copies
 * States      page: open → closed → recycled (empty) → open …, or closed → open again.  record: written → committed → published.
 * Algorithm   append: A0 no room → turn   A1 header and body   A2 commit   A3 bytes   A4 records
 *             turn:   T1 turns odd   T2 close pages, oldest first, until one carries no bit   T3 if all did, look at them again
 *                     T4 commit 0, first, before of the free one   T5 open all closed ones   T6 turns even
 *             read:   R1 records = cursor → empty   R2 look at first and commit of the last read's page; if that does not hold the
 *                     cursor, of every page   R3 none does → lapped
 *                     R4 pin it: closed → turning   R5 look at first again: recycled → turning   R6 copy   R7 unpin
 *             walk:   W1 turns, records   W2 look at every page   W3 from the newest page back: R4 to R7 on each
 *                     W4 a page is missing or closed, and turns was odd or has moved → short
 * Invariants  I1 a reader's copy is the record as appended.  I2 sequences read grow, and lapped counts exactly what lies between.
 *             I3 a closed page gets no new bit; a page is written below its commit only while closed and without bits.
 *             I4 a snapshot has no gap, and unless short, it has all that was kept without a gap at W1.
 *             I5 a turn costs the oldest page, with readers inside one of the readers + 1 oldest; no other.
 * Ordering    R6 reads plainly what A1 wrote. A1 before A4; R1 loads A4's store or a later one. R5 finds that the page is the same
 *             still: a page gets its new first while closed, and R4 has found it open.
 *             A1 overwrites plainly what an earlier R6 has read: R6 before R7; T2 or T3 loads the word without the bit, so after
 *             R7; A1 after that. Nobody comes in between: CLOSED was set by then, and R4's exchange fails on it.
 *             All other words are atomic, 32 or 64 bits for ever.
 * Effect      append: A4.  empty: R1.  record: R5.  lapped: R2.  snapshot: W1.
 * Progress    append: wait-free. In turn, nobody can pin a closed page and a reader pins at most one, so of readers + 1 closed
 *             pages one is free at T3 and stays so, whatever readers do, also stopped for ever.
 *             read, snapshot: lock-free: R4 is repeated only when another reader or the writer has moved; nothing waits for
 *             the writer: while it turns or is dead, the answer is turning, or a short snapshot.
 * Wrap/ABA    records and cursors do not wrap. first is compared with records; a page would have to keep still for 2³¹ records
 *             (a stopped reader's; 6 hours at 100,000/s), and then it is taken for empty of what is looked for or refused at R5.
 * Crash       writer before A4: the record is lost; in turn: pages stay closed, reads of them say turning; reopen() repairs.
 *             Reader inside: its page is kept, and the writer has one page less, until releaseReader(). A successor of its number
 *             before that could pin a second one, and append then throw for lack of a page; nothing but that record is lost.
 * Cost        append 3 atomics, turn 8 with nobody inside; read 7 while it stays on a page; 20 bytes and padding to 8 per record;
 *             256 bytes per page. append 0.08 µs for 100 bytes, 0.10 for 280 if these begin at a multiple of 8; read 0.4 µs; a
 *             head among 1,000 that are looked at 10 ns (Node 20, best of two shared x86-64 cores; arm64 is untested).
 * Not given   several writers; records longer than a page; delivery of every record; waiting for one (see park.ts).
 * Source      own design; refused ones in test/model/journal-twins.ts.
 * Checked by  test/model/journal.model.ts (I1 to I4, and I5 with one reader; stall, wrong twins), test/stress/journal.stress.ts, test/lockfree/journal.test.ts
 */
export class JournalWriter {
  protected readonly pages: JournalPages;
  /** Longest body of a record. */
  readonly maxLength: number;
  /** The current page; its records and their bytes, as committed. */
  protected page = 0;
  #dataAt = 0;
  #commitAt = 0;
  protected inPage = 0;
  protected used = 0;
  protected sequence: number;
  /** All pages, oldest first; the current one is the last. */
  #order: number[] = [];
  #records: Total;
  #bytes: Total;
  #base = 0;
  #turns: number;

  /** On zeroed memory, or where a former writer, now dead, has stopped: what it had committed is kept. */
  constructor(memory: JournalMemory, geometry: JournalGeometry) {
    this.pages = new JournalPages(memory, geometry);
    this.maxLength = geometry.pageBytes - HEAD_BYTES;
    this.#records = new Total(loadWide(this.pages.wide, JOURNAL.at.records));
    this.#bytes = new Total(loadWide(this.pages.wide, JOURNAL.at.bytes));
    this.sequence = numberOf(this.#records.value);
    this.#turns = this.pages.reopen();
    this.#findPage();
    if (this.inPage > 0) this.#resume();
    else if (this.sequence !== 0) this.recycle(this.page);
  }

  /** Records ever appended: the absolute sequence of the next one. */
  get records(): number {
    return this.sequence;
  }

  /** Body bytes that still fit on the current page; negative when not even a header does. */
  room(): number {
    return this.pages.pageBytes - this.used - HEAD_BYTES;
  }

  /** Appends a record. The writer's thread; takes effect at A4; wait-free. Throws a RangeError over maxLength, an Error as turn(). */
  append(head: RecordHead, body: Uint8Array): void {
    const length = body.length;
    if (length > this.maxLength) throw new RangeError(`length=${length}: a record has at most ${this.maxLength} bytes`);
    const isLate = this.inPage > 0 && head.micros - this.#base >= PAGE_MICROS;
    if (length > this.room() || isLate) this.turn(); // A0
    if (this.inPage === 0) {
      this.#base = head.micros;
      storeWide(this.pages.wide, this.pages.baseAt(this.page), BigInt(head.micros));
    }
    this.inPage++;
    this.sequence++;
    this.#records.add(1);
    this.#bytes.add(length);
    this.place(head, body);
  }

  protected place(head: RecordHead, body: Uint8Array): void {
    this.write(head, body); // A1
    this.commit(); // A2
    this.publish();
  }

  protected write({ kind, a, b, micros }: RecordHead, body: Uint8Array): void {
    const { words, bytes } = this.pages;
    const at = this.#dataAt + this.used;
    const word = at >> 2;
    set(words, word, body.length);
    set(words, word + 1, kind);
    set(words, word + 2, a);
    set(words, word + 3, b);
    set(words, word + 4, Math.max(0, micros - this.#base) | 0);
    if (body.length > 0) copyIn(bytes, at + HEAD_BYTES, body);
    this.used += recordBytes(body.length);
  }

  protected commit(): void {
    store(this.pages.words, this.#commitAt, commitWord(this.inPage, this.used));
  }

  protected publish(): void {
    storeWide(this.pages.wide, JOURNAL.at.bytes, this.#bytes.value); // A3
    storeWide(this.pages.wide, JOURNAL.at.records, this.#records.value); // A4
  }

  /** Goes to the next page. Throws an Error when more pages are pinned than there are readers. */
  protected turn(): void {
    const { words } = this.pages;
    store(words, JOURNAL.at.turns, ++this.#turns); // T1
    const closed: number[] = [];
    const free = this.takeFree(closed);
    if (free !== undefined) this.recycle(free); // T4
    for (const page of closed) this.open(page); // T5
    store(words, JOURNAL.at.turns, ++this.#turns); // T6
    if (free === undefined) {
      throw new Error(
        `pages=${this.pages.count}: all are pinned; release a dead reader's number before it is used again`,
      );
    }
  }

  /** A page that is closed and without bits; `closed` gets all that were closed for it. */
  protected takeFree(closed: number[]): number | undefined {
    for (const page of this.byAge()) {
      closed.push(page);
      if (this.close(page) === 0) return page; // T2
    }
    return closed.find((page) => load(this.pages.words, this.pages.pinsAt(page)) === CLOSED); // T3
  }

  /** All pages but the current one, oldest first. */
  protected byAge(): number[] {
    return this.#order.slice(0, -1);
  }

  /** The page is ours alone. */
  protected recycle(page: number): void {
    const { words, wide } = this.pages;
    store(words, this.pages.commitAt(page), 0);
    store(words, this.pages.firstAt(page), this.sequence | 0);
    storeWide(wide, this.pages.beforeAt(page), this.#bytes.value);
    this.#order = [...this.#order.filter((other) => other !== page), page];
    this.#enter(page);
    this.inPage = 0;
    this.used = 0;
  }

  #enter(page: number): void {
    this.page = page;
    this.#dataAt = this.pages.dataAt(page);
    this.#commitAt = this.pages.commitAt(page);
  }

  protected close(page: number): number {
    return this.pages.close(page);
  }

  protected open(page: number): void {
    this.pages.open(page);
  }

  /** The newest page is the current one; a page without records is older than all others. */
  #findPage(): void {
    const { words, count } = this.pages;
    const pages = Array.from({ length: count }, (_, page) => {
      const age = distance(load(words, this.pages.firstAt(page)), this.sequence | 0);
      const commit = load(words, this.pages.commitAt(page));
      return { page, commit, age: commit === 0 ? Number.POSITIVE_INFINITY : age };
    });
    pages.sort((one, other) => (one.age === other.age ? other.page - one.page : other.age - one.age));
    this.#order = pages.map(({ page }) => page);
    const { page, commit, age } = pages.at(-1) ?? { page: 0, commit: 0, age: 0 };
    this.#enter(page);
    this.inPage = committedRecords(commit);
    this.used = committedBytes(commit);
    if (this.inPage > 0) this.sequence += this.inPage - age;
  }

  /** Counts again what a former writer may have committed without coming to A3 and A4. */
  #resume(): void {
    const { words, wide } = this.pages;
    this.#base = numberOf(loadWide(wide, this.pages.baseAt(this.page)));
    this.#records = new Total(BigInt(this.sequence));
    this.#bytes = new Total(loadWide(wide, this.pages.beforeAt(this.page)));
    const start = this.#dataAt;
    for (let at = start; at < start + this.used; ) {
      const length = get(words, at / 4);
      this.#bytes.add(length);
      at += recordBytes(length);
    }
  }
}
