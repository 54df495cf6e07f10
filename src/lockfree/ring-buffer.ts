/**
 * The last bytes of one output stream in shared memory, with the time and the place of each piece in what the whole process
 * wrote. What the reference's RingBuffer is, over a journal: its page of claims is the journal's.
 */
import { JournalWriter } from './journal.ts';
import { HEAD_BYTES, type JournalGeometry, type JournalMemory, journalBytes } from './journal-pages.ts';
import { JournalReader, type RecordPlace, type WalkedPage } from './journal-reader.ts';

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

/** Pages have room for the headers of pieces, so that pieces of 160 bytes and more never cost capacity. */
function journalGeometry({ capacity, pageBytes, readers }: RingGeometry): JournalGeometry {
  if (!Number.isSafeInteger(capacity) || capacity < 1) throw new RangeError(`capacity=${capacity}: at least 1`);
  const room = Math.max(Math.ceil(pageBytes / 8), HEAD_BYTES + LEAST_SPLIT);
  return {
    pages: Math.ceil(capacity / pageBytes) + readers + 2,
    pageBytes: Math.ceil((pageBytes + room) / 4) * 4,
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

/** Which bytes a collection copies: the last `limit` of those kept, and of these the ones from position `since` on. */
interface Wanted {
  readonly limit: number;
  readonly since: number;
}

const positionOf = ({ a, b }: RecordPlace): number => b * HIGH + (a >>> 0);

export class RingBufferReader {
  readonly #journal: JournalReader;
  readonly #capacity: number;

  /** For the thread whose number `reader` is. */
  constructor(buffer: SharedArrayBuffer, reader: number, geometry: RingGeometry = RING) {
    this.#journal = new JournalReader(memoryOf(buffer), reader, journalGeometry(geometry));
    this.#capacity = geometry.capacity;
  }

  /** Bytes ever written. Wait-free. */
  total(): number {
    return this.#journal.bytes();
  }

  /** Whether bytes were dropped. */
  overflow(): boolean {
    return this.dropped() > 0;
  }

  /** Bytes that were written and are kept no more: total − kept, at one instant. Lock-free. */
  dropped(): number {
    return this.#collect({ limit: this.#capacity, since: Number.POSITIVE_INFINITY }).dropped;
  }

  /** What is kept, from position `since` on. Lock-free; never waits for the writer. */
  snapshot(since = 0): RingSnapshot {
    return this.#collect({ limit: this.#capacity, since });
  }

  /** The last `bytes` bytes, or what is kept of them. */
  tail(bytes: number): Uint8Array {
    const { pieces } = this.#collect({ limit: Math.min(bytes, this.#capacity), since: 0 });
    const joined = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.bytes.length, 0));
    let at = 0;
    for (const piece of pieces) {
      joined.set(piece.bytes, at);
      at += piece.bytes.length;
    }
    return joined;
  }

  /** Begins again, a few times, when a flood has taken even the newest page before it was reached. */
  #collect(wanted: Wanted, tries = 3): RingSnapshot {
    const chunks: RingPiece[][] = [];
    const { limit, since } = wanted;
    let total: number | undefined;
    let kept = 0;
    const { end, short } = this.#journal.walk((page) => {
      total ??= page.before + page.places().reduce((sum, place) => sum + place.length, 0);
      kept = Math.min(limit, total - page.before);
      if (since !== Number.POSITIVE_INFINITY) chunks.push(this.#cut(page, total - limit, since));
      return kept < limit;
    });
    if (total === undefined && end > 0 && tries > 0) return this.#collect(wanted, tries - 1);
    total ??= end === 0 ? 0 : this.total();
    return { pieces: chunks.reverse().flat(), total, dropped: total - kept, short };
  }

  /** A page's pieces without the stream's bytes before `from` and the process's before `since`. */
  #cut(page: WalkedPage, from: number, since: number): RingPiece[] {
    const pieces: RingPiece[] = [];
    let start = page.before;
    for (const place of page.places()) {
      const position = positionOf(place);
      const skip = Math.max(0, from - start, since - position);
      start += place.length;
      if (skip >= place.length) continue;
      const bytes = this.#journal.copyBytes(place.at + skip, place.length - skip);
      pieces.push({ position: position + skip, micros: place.micros, bytes });
    }
    return pieces;
  }
}
