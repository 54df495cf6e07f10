/**
 * Descriptor of a shared memory: what it is, of which version and generation, and where its named regions lie.
 */
import { type Bytes, copyIn, copyOut, get, load, set, store, type WideWords, type Words } from '#atomic';
import { block, LINE, layout, word } from './layout.ts';

/** "DTMS" in little-endian bytes. */
export const SEGMENT_MAGIC = 0x534d5444;
/** Raised with every change of a layout that another build could attach to. */
export const SEGMENT_VERSION = 1;
const NAME_BYTES = 64;

export const SEGMENT = layout({
  magic: word('creator'),
  version: word('creator'),
  regions: word('creator'),
  generation: word('owner'),
});
export const SEGMENT_ENTRY = layout({
  offset: word('creator'),
  bytes: word('creator'),
  nameBytes: word('creator'),
  name: block('creator', NAME_BYTES),
});

/** Views of one region; index 0 is its first element. */
export interface Region {
  readonly words: Words;
  readonly wide: WideWords;
  readonly bytes: Bytes;
  /** Of the region in the segment, in bytes. */
  readonly offset: number;
}

/** What attach() found instead of a segment of this build. */
export class SegmentRefused extends Error {
  override readonly name = 'SegmentRefused';
}

/** Memory that a segment is laid on; `generation` numbers the tenants of a recycled buffer from 1 (see pool.ts). */
export interface Memory {
  readonly buffer: SharedArrayBuffer;
  readonly generation: number;
}

/** Bytes of a segment with these regions, header included. */
export function segmentBytes(regions: Readonly<Record<string, number>>): number {
  const sizes = Object.values(regions);
  return sizes.reduce((end, bytes) => end + alignUp(bytes), SEGMENT.bytes + sizes.length * SEGMENT_ENTRY.bytes);
}

/**
 * What        One SharedArrayBuffer with a self-describing table of regions; written once, then read by every thread.
 * Roles       create(): the creator, before the buffer is shared. attach(), region(), isCurrent(): any thread.
 *             retire(): the owner, who alone may recycle the buffer.
 * Layout      offset       bytes  field       writer   meaning
 *             0            4      magic       creator  "DTMS"
 *             4            4      version     creator  of this layout
 *             8            4      regions     creator  rows of the table below
 *             128          4      generation  owner    tenant of the buffer; another number: recycled
 *             256 + 128·i  4      offset      creator  of region i, in bytes, a multiple of 128
 *             260 + 128·i  4      bytes       creator  of region i, as asked for
 *             264 + 128·i  4      nameBytes   creator  length of the name
 *             272 + 128·i  64     name        creator  UTF-8
 * States      blank → described (create) → retired (generation + 1) → described …
 * Algorithm   C1 table and header, plainly   C2 the generation   C3 the buffer is posted to other threads
 * Invariants  I1 regions do not overlap and lie inside the buffer.   I2 nothing but the generation changes after C3.
 * Ordering    attach() reads plainly what C1 wrote: posting the buffer (C3) synchronizes with its receipt.
 * Effect      isCurrent: its load.  retire: its store.
 * Progress    all wait-free.
 * Wrap/ABA    the generation wraps after 2³² tenants of one buffer.
 * Crash       a creator lost before C3 has shared nothing. Attached threads own nothing here.
 * Cost        256 bytes and 128 per region; a region's views are made once per thread.
 * Not given   growing; freeing a region; memory protection: whoever has the buffer can write all of it.
 * Source      Aeron's CnC file descriptor (agrona).
 * Checked by  test/model/segment.model.ts (I1, I2, stall, wrong twins), test/stress/segment.stress.ts, test/lockfree/segment.test.ts
 */
export class Segment<Name extends string = string> {
  readonly buffer: SharedArrayBuffer;
  /** Of the tenant that this object was made for. */
  readonly generation: number;
  readonly #words: Words;
  readonly #places: ReadonlyMap<string, { readonly offset: number; readonly bytes: number }>;
  readonly #regions = new Map<string, Region>();

  private constructor(memory: Memory, places: ReadonlyMap<string, { offset: number; bytes: number }>) {
    this.buffer = memory.buffer;
    this.generation = memory.generation;
    this.#words = headerOf(memory.buffer);
    this.#places = places;
  }

  /**
   * Lays named regions of so many bytes on zeroed memory: a new buffer, unless one is given.
   * Throws a RangeError for a name over 64 bytes, a size that is no positive integer, or memory that is too small.
   */
  static create<const Name extends string>(
    regions: Readonly<Record<Name, number>>,
    memory: Memory = { buffer: new SharedArrayBuffer(segmentBytes(regions)), generation: 1 },
  ): Segment<Name> {
    const names = Object.keys(regions);
    const needed = segmentBytes(regions);
    if (memory.buffer.byteLength < needed) {
      throw new RangeError(`byteLength=${memory.buffer.byteLength}: these regions need ${needed} bytes`);
    }
    const places = new Map<string, { offset: number; bytes: number }>();
    let offset = SEGMENT.bytes + names.length * SEGMENT_ENTRY.bytes;
    for (const [name, bytes] of Object.entries<number>(regions)) {
      if (!Number.isSafeInteger(bytes) || bytes < 1) throw new RangeError(`region=${name} bytes=${bytes}: at least 1`);
      writeEntry(memory.buffer, places.size, name, offset, bytes);
      places.set(name, { offset, bytes });
      offset += alignUp(bytes);
    }
    const words = headerOf(memory.buffer);
    set(words, SEGMENT.at.magic, SEGMENT_MAGIC);
    set(words, SEGMENT.at.version, SEGMENT_VERSION);
    set(words, SEGMENT.at.regions, names.length);
    store(words, SEGMENT.at.generation, memory.generation); // C2
    return new Segment<Name>(memory, places);
  }

  /**
   * The segment that another thread has laid on `buffer`. Throws SegmentRefused when it is none, of another version,
   * damaged, or, if `generation` is given, no longer of that tenant.
   */
  static attach(buffer: SharedArrayBuffer, generation?: number): Segment {
    if (buffer.byteLength < SEGMENT.bytes)
      throw new SegmentRefused(`byteLength=${buffer.byteLength}: no segment is so small`);
    const words = headerOf(buffer);
    const magic = get(words, SEGMENT.at.magic);
    if (magic !== SEGMENT_MAGIC) throw new SegmentRefused(`magic=0x${(magic >>> 0).toString(16)}: this is no segment`);
    const version = get(words, SEGMENT.at.version);
    if (version !== SEGMENT_VERSION) {
      throw new SegmentRefused(
        `version=${version}: this build reads version ${SEGMENT_VERSION}; use one build for all threads`,
      );
    }
    const current = load(words, SEGMENT.at.generation);
    if (generation !== undefined && current !== generation) {
      throw new SegmentRefused(`generation=${current}: the memory of generation ${generation} was recycled`);
    }
    return new Segment({ buffer, generation: current }, readTable(buffer, get(words, SEGMENT.at.regions)));
  }

  /** Views of a region. Throws a RangeError when the segment has none of that name. */
  region(name: Name): Region {
    const known = this.#regions.get(name);
    if (known !== undefined) return known;
    const place = this.#places.get(name);
    if (place === undefined) {
      throw new RangeError(`region=${name}: this segment has ${[...this.#places.keys()].join(', ')}`);
    }
    const { offset, bytes } = place;
    const region: Region = {
      words: new Int32Array(this.buffer, offset, Math.floor(bytes / 4)),
      wide: new BigInt64Array(this.buffer, offset, Math.floor(bytes / 8)),
      bytes: new Uint8Array(this.buffer, offset, bytes),
      offset,
    };
    this.#regions.set(name, region);
    return region;
  }

  /** Whether the memory is still this tenant's. Any thread; wait-free. */
  isCurrent(): boolean {
    return load(this.#words, SEGMENT.at.generation) === this.generation;
  }

  /** Ends this tenancy: every thread's isCurrent() turns false. The owner, before the buffer goes back to its pool. */
  retire(): void {
    store(this.#words, SEGMENT.at.generation, (this.generation + 1) | 0);
  }
}

const alignUp = (bytes: number): number => Math.ceil(bytes / LINE) * LINE;
/** The rest of a buffer may end within a word. */
const headerOf = (buffer: SharedArrayBuffer): Words => new Int32Array(buffer, 0, SEGMENT.bytes / 4);
const entryAt = (index: number): number => SEGMENT.bytes + index * SEGMENT_ENTRY.bytes;

function writeEntry(buffer: SharedArrayBuffer, index: number, name: string, offset: number, bytes: number): void {
  const encoded = new TextEncoder().encode(name);
  if (encoded.length > NAME_BYTES) throw new RangeError(`region=${name}: a name has at most ${NAME_BYTES} bytes`);
  const words = new Int32Array(buffer, entryAt(index), SEGMENT_ENTRY.bytes / 4);
  set(words, SEGMENT_ENTRY.at.offset, offset);
  set(words, SEGMENT_ENTRY.at.bytes, bytes);
  set(words, SEGMENT_ENTRY.at.nameBytes, encoded.length);
  copyIn(new Uint8Array(buffer, entryAt(index), SEGMENT_ENTRY.bytes), SEGMENT_ENTRY.at.name, encoded);
}

function readTable(buffer: SharedArrayBuffer, rows: number): Map<string, { offset: number; bytes: number }> {
  const places = new Map<string, { offset: number; bytes: number }>();
  if (rows < 0 || entryAt(rows) > buffer.byteLength) throw new SegmentRefused(`regions=${rows}: the table is damaged`);
  let end = entryAt(rows);
  for (let index = 0; index < rows; index++) {
    const words = new Int32Array(buffer, entryAt(index), SEGMENT_ENTRY.bytes / 4);
    const offset = get(words, SEGMENT_ENTRY.at.offset);
    const bytes = get(words, SEGMENT_ENTRY.at.bytes);
    const nameBytes = get(words, SEGMENT_ENTRY.at.nameBytes);
    const isSound =
      offset === end && bytes > 0 && offset + bytes <= buffer.byteLength && nameBytes >= 0 && nameBytes <= NAME_BYTES;
    if (!isSound) throw new SegmentRefused(`region=${index} offset=${offset} bytes=${bytes}: the table is damaged`);
    const name = copyOut(new Uint8Array(buffer), entryAt(index) + SEGMENT_ENTRY.at.name, nameBytes);
    places.set(new TextDecoder().decode(name), { offset, bytes });
    end = offset + alignUp(bytes);
  }
  return places;
}
