/**
 * The last bytes of one output stream in shared memory, with the time and the place of each piece in what the whole process
 * wrote. What the reference's RingBuffer is, over a journal.
 */
import { JournalWriter } from './journal.ts';
import { HEAD_BYTES, type JournalGeometry, type JournalMemory, journalBytes } from './journal-pages.ts';
import { JournalReader, type WalkedPage } from './journal-reader.ts';

export interface RingGeometry {
  /** Bytes that a snapshot holds at most. */
  readonly capacity: number;
  /** Bytes of output on a full page; pages are what is overwritten at a time. */
  readonly pageBytes: number;
  /** Threads that may read, each with a number of its own. */
  readonly readers: number;
}

/** Of a process's stream; with two tenants per process, this is most of a process's memory. */
export const RING: RingGeometry = { capacity: 262_144, pageBytes: 16_384, readers: 3 };

/** A piece is split rather than leave more of a page than this unused. */
const LEAST_SPLIT = 32;
const OUTPUT = 1;
const HIGH = 2 ** 32;

/** Pages have room for the headers of pieces, so that pieces of 200 bytes and more never cost capacity; none of it is unused. */
function journalGeometry({ capacity, pageBytes, readers }: RingGeometry): JournalGeometry {
  if (!Number.isSafeInteger(capacity) || capacity < 1) throw new RangeError(`capacity=${capacity}: at least 1`);
  const room = Math.max(Math.ceil(pageBytes / 8), HEAD_BYTES + LEAST_SPLIT);
  return {
    pages: Math.ceil(capacity / pageBytes) + readers + 2,
    pageBytes: Math.ceil((pageBytes + room) / 8) * 8 - 4,
    readers,
  };
}

/** Bytes of shared memory that a ring takes. */
export const ringBytes = (geometry: RingGeometry = RING): number => journalBytes(journalGeometry(geometry));

const memoryOf = (buffer: SharedArrayBuffer): JournalMemory => ({
  words: new Int32Array(buffer, 0, Math.floor(buffer.byteLength / 4)),
  wide: new BigInt64Array(buffer, 0, Math.floor(buffer.byteLength / 8)),
  bytes: new Uint8Array(buffer),
});

/**
 * What        The last `capacity` bytes of a stream, in pieces with time and place; one writer, readers by number; the oldest
 *             bytes are overwritten, and counted.
 * Roles       RingBufferWriter: one thread.  RingBufferReader: each reader number one thread.
 * Layout      a journal's (journal.ts) of readers + 2 pages more than the capacity fills; a record is a piece: a and b are the low
 *             and the high 32 bits of its position in what the whole process wrote.
 * States      of a byte: written → kept (its piece is published) → dropped (beyond the capacity, or its page is taken).
 * Algorithm   write: P1 split at the page's end what is longer than its room, unless that is below 32 bytes   P2 append each piece.
 *             look: L1 walk the journal, newest page first   L2 total: the bytes before that page and those on it   L3 page by page
 *             until the capacity is reached   L4 cut the oldest piece to the capacity   L5 no page was reached: again, three times.
 * Invariants  I1 what a look has are the stream's bytes up to its total, without a gap, each at its position.   I2 total is what is
 *             kept and what is dropped, at one instant.   I3 kept is min(capacity, total), unless short, or pieces are below 200
 *             bytes: their heads take room.
 * Ordering    the journal's: a look takes all its words from one walk, whose pages are pinned while they are read.
 * Effect      write: piece by piece, each at its A4.  A look: W1 of its last walk.  total: its load.
 * Progress    write: wait-free, as many appends as there are pieces.  total: wait-free.  Looks: lock-free, as a walk is, and four
 *             walks at most.  A reader that is stopped for ever costs the ring one page, a writer nothing but what it has not written.
 * Wrap/ABA    the journal's; positions and totals are exact up to 2⁵³.
 * Crash       the journal's: pieces are whole, a chunk that was split may end after any of them. reopen() and releaseReader() repair.
 * Cost        a piece: a journal's record, 20 bytes and padding to 8; 100 bytes 0.12 µs, 64 KiB 5 µs. The last 4 KiB of 100-byte
 *             pieces 4 µs, 256 KiB of 64 KiB pieces 90 µs (Node 20, x86-64).
 * Not given   several writers; lines (the readers' own); waiting for bytes (see park.ts).
 * Source      the reference's RingBuffer, without its mutex.
 * Checked by  test/model/ring-buffer.model.ts (I1 to I3, stall, wrong twins), test/stress/ring-buffer.stress.ts, test/lockfree/ring-buffer.test.ts
 */
export class RingBufferWriter {
  readonly #journal: JournalWriter;

  /** On zeroed memory of at least ringBytes(geometry) bytes, or where a former writer has stopped. */
  constructor(buffer: SharedArrayBuffer, geometry: RingGeometry = RING) {
    this.#journal = new JournalWriter(memoryOf(buffer), journalGeometry(geometry));
  }

  /**
   * Adds bytes that begin at `position` of everything the process wrote (up to 2⁵³), in as many pieces as the pages ask for.
   * The writer's thread; wait-free; each piece takes effect on its own.
   */
  write(chunk: Uint8Array, position: number, micros: number): void {
    for (let done = 0; done < chunk.length; ) {
      const rest = chunk.length - done;
      const room = this.#journal.room();
      const length = Math.min(rest, room >= LEAST_SPLIT ? room : this.#journal.maxLength);
      const at = position + done;
      const head = { kind: OUTPUT, a: at | 0, b: Math.floor(at / HIGH), micros };
      this.#journal.append(head, length === chunk.length ? chunk : chunk.subarray(done, done + length));
      done += length;
    }
  }
}

/** A piece of output; `position` is that of its first byte. */
export interface RingPiece {
  readonly position: number;
  readonly micros: number;
  readonly bytes: Uint8Array;
}

export interface RingSnapshot {
  /** Oldest first. */
  readonly pieces: readonly RingPiece[];
  /** Bytes ever written, at the instant of the snapshot. */
  readonly total: number;
  /** Of these, the bytes that are kept no more. */
  readonly dropped: number;
  /** The writer was overwriting just then: fewer bytes than are kept at rest. */
  readonly short: boolean;
}

/** Takes what it wants of a page; of the stream's bytes, those before `from` are not asked for. */
type Take = (page: WalkedPage, from: number) => void;

const positionOf = (a: number, b: number): number => b * HIGH + (a >>> 0);

export class RingBufferReader {
  readonly #journal: JournalReader;
  readonly #capacity: number;

  /** For the thread whose number `reader` is. */
  constructor(buffer: SharedArrayBuffer, reader: number, geometry: RingGeometry = RING) {
    this.#journal = new JournalReader(memoryOf(buffer), reader, journalGeometry(geometry));
    this.#capacity = geometry.capacity;
  }

  /** Bytes ever written; a piece is counted just before a snapshot has it. Wait-free. */
  total(): number {
    return this.#journal.bytes();
  }

  /** Whether bytes were dropped. */
  overflow(): boolean {
    return this.dropped() > 0;
  }

  /** Bytes that were written and are kept no more: total − kept, at one instant. Lock-free. */
  dropped(): number {
    return this.#collect(this.#capacity, () => {}).dropped;
  }

  /**
   * What is kept, from position `since` on. Lock-free; never waits for the writer. Pieces that lay on one page share the memory
   * of their copies.
   */
  snapshot(since = 0): RingSnapshot {
    const pages: RingPiece[][] = [];
    const collected = this.#collect(this.#capacity, (page, from) => pages.push(this.#cut(page, from, since)));
    return { pieces: pages.reverse().flat(), ...collected };
  }

  /** The last `bytes` bytes, or what is kept of them. */
  tail(bytes: number): Uint8Array {
    const chunks: Uint8Array[] = [];
    this.#collect(Math.min(bytes, this.#capacity), (page, from) => chunks.push(this.#joined(page, from)));
    return concatenated(chunks.reverse());
  }

  /** Begins again, a few times, when a flood has taken even the newest page before it was reached. */
  #collect(limit: number, take: Take, tries = 3): Omit<RingSnapshot, 'pieces'> {
    let total: number | undefined;
    let kept = 0;
    const { end, short } = this.#journal.walk((page) => {
      total ??= page.before + page.bodyBytes;
      kept = Math.min(limit, total - page.before);
      take(page, total - limit);
      return kept < limit;
    });
    if (total === undefined && end > 0 && tries > 0) return this.#collect(limit, take, tries - 1);
    total ??= end === 0 ? 0 : this.total();
    return { total, dropped: total - kept, short };
  }

  /** A page's pieces without the stream's bytes before `from` and the process's before `since`. */
  #cut(page: WalkedPage, from: number, since: number): RingPiece[] {
    const pieces: RingPiece[] = [];
    const { first, skip } = firstWanted(page, from, since);
    if (first === page.count) return pieces;
    const begin = page.bodyAt(first) + skip;
    const copy = this.#copyFrom(page, begin);
    for (let n = first; n < page.count; n++) {
      const { at, length, a, b, micros } = page.place(n);
      const cut = n === first ? skip : 0;
      const bytes = copy.subarray(at + cut - begin, at + length - begin);
      pieces.push({ position: positionOf(a, b) + cut, micros, bytes });
    }
    return pieces;
  }

  /** A page's bytes without the stream's before `from`, one piece after the other. */
  #joined(page: WalkedPage, from: number): Uint8Array {
    const { first, skip } = firstWanted(page, from, 0);
    if (first === page.count) return NOTHING;
    const begin = page.bodyAt(first) + skip;
    const copy = this.#copyFrom(page, begin);
    let end = page.lengthOf(first) - skip;
    for (let n = first + 1; n < page.count; n++) {
      const at = page.bodyAt(n) - begin;
      const length = page.lengthOf(n);
      copy.copyWithin(end, at, at + length);
      end += length;
    }
    return copy.subarray(0, end);
  }

  /** A page's records from byte `begin` on, heads and all: one copy costs less than one for each piece. */
  #copyFrom(page: WalkedPage, begin: number): Uint8Array {
    const last = page.count - 1;
    return this.#journal.copyBytes(begin, page.bodyAt(last) + page.lengthOf(last) - begin);
  }
}

/** The oldest piece of a page that is wanted, and its bytes that are not. Those after it are wanted whole: places only grow. */
function firstWanted(page: WalkedPage, from: number, since: number): { readonly first: number; readonly skip: number } {
  let first = page.count;
  let skip = 0;
  let end = page.before + page.bodyBytes;
  page.heads((_kind, a, b, n) => {
    const length = page.lengthOf(n);
    const unwanted = Math.max(0, from - (end - length), since - positionOf(a, b));
    if (unwanted >= length) return false;
    first = n;
    skip = unwanted;
    end -= length;
    return unwanted === 0;
  });
  return { first, skip };
}

const NOTHING = new Uint8Array(0);

function concatenated(chunks: readonly Uint8Array[]): Uint8Array {
  const [only = NOTHING] = chunks;
  if (chunks.length <= 1) return only;
  const joined = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}
