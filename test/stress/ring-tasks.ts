/** What the threads of the ring buffer's stress test do: one floods it, others look at all, at the end, or at what is new. */
import { load, store, type Words } from '#atomic';
import { RingBufferReader, RingBufferWriter, type RingGeometry, type RingSnapshot } from '../../src/lockfree/index.ts';
import { type Outcomes, outcomeTable } from './outcomes.ts';
import { randomFrom } from './random.ts';

export interface RingTask {
  readonly buffer: SharedArrayBuffer;
  /** Of the ring alone. */
  readonly ring: SharedArrayBuffer;
  readonly geometry: RingGeometry;
  readonly role: 'writer' | 'looker' | 'tailer' | 'follower';
  readonly reader: number;
  readonly seed: number;
  /** Bytes to write; readers end when they have seen so many. */
  readonly bytes: number;
  /** Of one write, at most. */
  readonly longest: number;
  /** In the place of the ring. */
  readonly twin?: 'no claims';
}

export interface RingReport {
  readonly outcomes: Outcomes;
  /** Of a follower: bytes that it got, and that were gone before it came. */
  readonly got: number;
  readonly lost: number;
}

/** The byte at a position of the stream. */
export const byteAt = (position: number, seed: number): number => Math.imul(position ^ seed, 0x9e3779b1) >>> 24;

export function piece(position: number, length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, n) => byteAt(position + n, seed));
}

/** Micros that tell a piece from every other. */
export const microsAt = (position: number): number => position;

/** What is wrong with a snapshot of positions from `since` on, or `whole`. */
export function judge({ pieces, total, dropped, short }: RingSnapshot, since: number, task: RingTask): string {
  let at = Math.max(dropped, since);
  for (const { position, bytes } of pieces) {
    if (position !== at) return `piece at ${position} where ${at} was expected`;
    const wrong = bytes.findIndex((byte, n) => byte !== byteAt(position + n, task.seed));
    if (wrong >= 0) return `byte ${position + wrong} is another's`;
    at += bytes.length;
  }
  if (at !== Math.max(total, since)) return `ends at ${at} of ${total}`;
  const kept = total - dropped;
  if (kept > task.geometry.capacity) return `keeps ${kept}`;
  return short ? 'whole, short' : 'whole';
}

export function run(task: RingTask): RingReport {
  const Writer = task.twin === undefined ? RingBufferWriter : PlainRing;
  if (task.role === 'writer') return write(new Writer(task.ring, task.geometry), task);
  const reader =
    task.twin === undefined
      ? new RingBufferReader(task.ring, task.reader, task.geometry)
      : new PlainRing(task.ring, task.geometry);
  return look(reader, task);
}

type Reader = Pick<RingBufferReader, 'snapshot' | 'tail' | 'total'>;
type Writer = Pick<RingBufferWriter, 'write'>;

function write(writer: Writer, { seed, bytes, longest }: RingTask): RingReport {
  const random = randomFrom(seed);
  for (let position = 0; position < bytes; ) {
    const length = Math.min(1 + random(longest), bytes - position);
    writer.write(piece(position, length, seed), position, microsAt(position));
    position += length;
  }
  return { outcomes: {}, got: 0, lost: 0 };
}

function look(reader: Reader, task: RingTask): RingReport {
  const { outcomes, saw } = outcomeTable();
  let got = 0;
  let lost = 0;
  let last = 0;
  while (last < task.bytes) {
    if (task.role === 'tailer') {
      last = tail(reader, task, saw);
      continue;
    }
    const since = task.role === 'follower' ? last : 0;
    const snapshot = reader.snapshot(since);
    if (snapshot.total < last) saw(`total: ${snapshot.total} after ${last}`);
    // It was overtaken everywhere; it asks again.
    if (snapshot.short && snapshot.pieces.length === 0) {
      saw('nothing, short');
      continue;
    }
    saw(judge(snapshot, since, task));
    got += snapshot.pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
    lost += Math.max(0, snapshot.dropped - since);
    last = snapshot.total;
  }
  return { outcomes, got, lost };
}

/** More than the writer is expected to get on between two looks. */
const MOST_BETWEEN = 4_096;

/** The last bytes, which end where the stream did between two looks; a write is counted just before it can be seen. */
function tail(reader: Reader, { geometry, seed, longest }: RingTask, saw: (outcome: string) => void): number {
  const before = Math.max(0, reader.total() - longest);
  const bytes = reader.tail(Math.min(16, geometry.capacity));
  const after = reader.total();
  const ends = Array.from({ length: Math.min(after - before, MOST_BETWEEN) + 1 }, (_, n) => before + n);
  const fits = (end: number) => bytes.every((byte, n) => byte === byteAt(end - bytes.length + n, seed));
  const isSound = after - before > MOST_BETWEEN || ends.some(fits);
  saw(isSound ? 'tail: of the stream' : `tail: ${bytes} between ${before} and ${after}`);
  return after;
}

/** The ring that one writes first: bytes, then the total, and nobody says that he is reading. */
class PlainRing implements Reader, Writer {
  readonly #bytes: Uint8Array;
  readonly #total: Words;

  constructor(buffer: SharedArrayBuffer, { capacity }: RingGeometry) {
    this.#total = new Int32Array(buffer, 0, 1);
    this.#bytes = new Uint8Array(buffer, 8, capacity);
  }

  write(chunk: Uint8Array, position: number): void {
    for (const [n, byte] of chunk.entries()) this.#bytes[(position + n) % this.#bytes.length] = byte;
    store(this.#total, 0, position + chunk.length);
  }

  total(): number {
    return load(this.#total, 0);
  }

  snapshot(): RingSnapshot {
    const total = this.total();
    const kept = Math.min(total, this.#bytes.length);
    const dropped = total - kept;
    const bytes = Uint8Array.from({ length: kept }, (_, n) => this.#bytes[(dropped + n) % this.#bytes.length] ?? 0);
    return { pieces: [{ position: dropped, micros: 0, bytes }], total, dropped, short: false };
  }

  tail(bytes: number): Uint8Array {
    return this.snapshot().pieces[0]?.bytes.slice(-bytes) ?? new Uint8Array(0);
  }
}
