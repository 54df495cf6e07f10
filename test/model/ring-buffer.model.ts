/** RingBuffer under every interleaving: a snapshot is a piece of the stream without a gap, and every byte is kept or counted. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  RingBufferReader,
  RingBufferWriter,
  type RingGeometry,
  type RingSnapshot,
  ringBytes,
} from '../../src/lockfree/ring-buffer.ts';
import { BOUND } from './bound.ts';
import { forAll } from './chance.ts';
import { type Explored, explore, invoke, type Model, type Operation } from './counted.ts';
import { linearizable } from './linearizable.ts';

/** Pages of 84 bytes, of which each takes 64 of one piece. */
const GEOMETRY: RingGeometry = { capacity: 80, pageBytes: 32, readers: 1 };
const CHUNK = 70;

interface Setting {
  readonly Writer?: typeof RingBufferWriter;
  readonly geometry?: RingGeometry;
  /** Position of the stream's first byte, when the process wrote to the other stream before. */
  readonly origin?: number;
  /** Writes before the threads begin, and writes of T0. */
  readonly before?: number;
  readonly writes?: number;
  /** Bytes of each write, over and over. */
  readonly chunks?: readonly number[];
  readonly stall?: readonly number[];
  readonly preemptions?: number;
  readonly look?: (reader: RingBufferReader) => unknown;
  /** Whether each look is to be a state of the ring in the order of all operations; each write is one piece then. */
  readonly isAtomic?: boolean;
}

const byteAt = (position: number) => position % 251;
const bytesFrom = (position: number, length: number) => Uint8Array.from({ length }, (_, n) => byteAt(position + n));

/** The snapshot is the stream's bytes up to some moment, and what is missing before them is counted. */
function expectExact(snapshot: RingSnapshot, origin: number, since: number, capacity: number): void {
  const { pieces, total, dropped } = snapshot;
  const kept = total - dropped;
  expect(kept).toBeLessThanOrEqual(capacity);
  let position = Math.min(origin + total, Math.max(since, origin + dropped));
  for (const piece of pieces) {
    expect(piece.position).toBe(position);
    expect(piece.bytes).toEqual(bytesFrom(position, piece.bytes.length));
    position += piece.bytes.length;
  }
  expect(position).toBe(origin + total);
}

/** Bytes written up to each moment between two writes; a snapshot has those of one moment, and all that the capacity holds. */
const specification = (sizes: readonly number[], before: number, capacity: number) => ({
  init: before,
  key: String,
  step: (total: number, { name, arg, out }: Operation): [boolean, number] => {
    if (name === 'write') return [true, total + (sizes[Number(arg)] ?? 0)];
    if (out === undefined) return [true, total];
    const snapshot = out as RingSnapshot;
    const isAll = snapshot.short || snapshot.total - snapshot.dropped === Math.min(capacity, total);
    return [snapshot.total === total && isAll, total];
  },
});

function run(setting: Setting, check: (answer: unknown) => void): Explored {
  const { geometry = GEOMETRY, origin = 0, before = 0, writes = 2, stall = [], preemptions = BOUND } = setting;
  const { Writer = RingBufferWriter, chunks = [CHUNK], isAtomic = false } = setting;
  const { look = (reader) => reader.snapshot() } = setting;
  const sizes = Array.from({ length: before + writes }, (_, n) => chunks[n % chunks.length] ?? 0);
  const ends = sizes.map((_, n) => sizes.slice(0, n + 1).reduce((sum, size) => sum + size, 0));
  const total = ends.at(-1) ?? 0;
  const make = (): Model => {
    const buffer = new SharedArrayBuffer(ringBytes(geometry));
    const write = (from: number, count: number) => {
      const writer = new Writer(buffer, geometry);
      for (let n = from; n < from + count; n++) {
        const size = sizes[n] ?? 0;
        const position = origin + (ends[n] ?? 0) - size;
        invoke('write', n, () => writer.write(bytesFrom(position, size), position, n));
      }
    };
    write(0, before);
    const reader = () => {
      const one = new RingBufferReader(buffer, 0, geometry);
      return invoke('look', '', () => look(one));
    };
    return {
      threads: [() => write(before, writes), reader],
      check([, answer], history) {
        if (answer !== undefined) check(answer);
        const ring = specification(sizes, ends[before - 1] ?? 0, geometry.capacity);
        if (isAtomic) expect(linearizable(history, ring), 'linearizable').toBe(true);
        if (stall.length > 0) return;
        const last = new RingBufferReader(buffer, 0, geometry).snapshot();
        expectExact(last, origin, 0, geometry.capacity);
        expect(last).toMatchObject({ total, short: false });
      },
    };
  };
  return explore(make, { preemptions, stall });
}

describe('snapshot', () => {
  test.each<[string, Setting]>([
    ['of an empty ring that is written', {}],
    ['of a full ring that is written', { before: 4 }],
    ['while the writer may stop for ever', { before: 4, stall: [0] }],
    ['while the reader may stop for ever', { before: 4, stall: [1] }],
    ['at positions beyond 32 bits', { before: 4, origin: 2 ** 32 - 350 }],
    ['of a capacity below one page', { before: 4, geometry: { capacity: 10, pageBytes: 32, readers: 1 } }],
  ])('%s', (_, setting) => {
    const { origin = 0, geometry = GEOMETRY } = setting;
    const check = (answer: unknown) => expectExact(answer as RingSnapshot, origin, 0, geometry.capacity);
    expect(run(setting, check)).toMatchObject({ ok: true });
  });

  test('from a position on', () => {
    const look = (reader: RingBufferReader) => reader.snapshot(300);
    const check = (answer: unknown) => expectExact(answer as RingSnapshot, 0, 300, GEOMETRY.capacity);
    expect(run({ before: 4, look }, check)).toMatchObject({ ok: true });
  });
});

describe('every look', () => {
  const looks = (setting: Setting) => {
    const { origin = 0, geometry = GEOMETRY } = setting;
    return run(setting, (answer) => expectExact(answer as RingSnapshot, origin, 0, geometry.capacity));
  };

  test.each<[string, Setting]>([
    ['while pieces come', { before: 2, chunks: [20] }],
    ['while a piece takes a page', { before: 4, chunks: [60] }],
    ['while the writer may stop for ever', { before: 4, chunks: [60], stall: [0] }],
  ])('%s is of one moment, and has all that the capacity holds', (_, setting) => {
    expect(looks({ ...setting, isAtomic: true })).toMatchObject({ ok: true });
  });

  test('of writes and rings made up by chance', () => {
    const geometry = fc.record({
      capacity: fc.integer({ min: 1, max: 100 }),
      pageBytes: fc.constantFrom(16, 32, 64),
      readers: fc.constant(1),
    });
    const setting = fc.record({
      geometry,
      origin: fc.constantFrom(0, 2 ** 32 - 100),
      chunks: fc.array(fc.integer({ min: 1, max: 130 }), { minLength: 1, maxLength: 3 }),
      before: fc.integer({ min: 0, max: 4 }),
      writes: fc.integer({ min: 1, max: 2 }),
      stall: fc.constantFrom([], [0], [1]),
    });
    forAll(setting, 20, (made) => expect(looks({ ...made, preemptions: BOUND - 1 })).toMatchObject({ ok: true }));
  });
});

describe('a look', () => {
  test('has bytes, also when a flood takes the newest page before it is reached', () => {
    const check = (answer: unknown) => expect((answer as RingSnapshot).pieces.length).toBeGreaterThan(0);
    const geometry = { capacity: 10, pageBytes: 32, readers: 1 };
    expect(run({ geometry, before: 2, writes: 5, chunks: [60] }, check)).toMatchObject({ ok: true });
  });

  test('at the tail has the stream’s bytes without a gap, of several pieces a page', () => {
    const look = (reader: RingBufferReader) => reader.tail(50);
    const check = (answer: unknown) => {
      const [first = 0, ...rest] = answer as Uint8Array;
      expect([first, ...rest]).toEqual([...bytesFrom(first, rest.length + 1)]);
    };
    expect(run({ before: 4, chunks: [7, 20, 3], look }, check)).toMatchObject({ ok: true });
    expect(run({ before: 4, chunks: [7, 20, 3], look, stall: [0] }, check)).toMatchObject({ ok: true });
  });
});

test('dropped is never less than what cannot be kept, and total never more than was written', () => {
  const look = (reader: RingBufferReader) => ({
    first: reader.total(),
    dropped: reader.dropped(),
    last: reader.total(),
  });
  const check = (answer: unknown) => {
    const { first, dropped, last } = answer as ReturnType<typeof look>;
    expect(first).toBeLessThanOrEqual(last);
    expect(dropped).toBeGreaterThanOrEqual(first - GEOMETRY.capacity - GEOMETRY.pageBytes * 2);
    expect(dropped).toBeLessThanOrEqual(last);
  };
  expect(run({ before: 4, look }, check)).toMatchObject({ ok: true });
});

/** Says of each piece of a write that it begins where the write does. */
class ForgetsPlace extends RingBufferWriter {
  override write(chunk: Uint8Array, position: number, micros: number): void {
    for (let done = 0; done < chunk.length; done += 32) super.write(chunk.subarray(done, done + 32), position, micros);
  }
}

/** Loses what does not fit on a page. */
class WritesOnePiece extends RingBufferWriter {
  override write(chunk: Uint8Array, position: number, micros: number): void {
    super.write(chunk.subarray(0, 64), position, micros);
  }
}

describe('wrong twins are refused', () => {
  test.each([ForgetsPlace, WritesOnePiece])('%s', (Writer) => {
    const check = (answer: unknown) => expectExact(answer as RingSnapshot, 0, 0, GEOMETRY.capacity);
    expect(run({ Writer }, check)).toMatchObject({ ok: false, error: expect.stringMatching(/^expected/) });
  });

  test.each<[string, (reader: RingBufferReader) => RingSnapshot]>([
    [
      'a total of another moment',
      (reader) => {
        const { total } = reader.snapshot();
        return { ...reader.snapshot(), total };
      },
    ],
    [
      'bytes dropped of another moment',
      (reader) => {
        const dropped = reader.dropped();
        return { ...reader.snapshot(), dropped };
      },
    ],
  ])('%s', (_, look) => {
    const check = (answer: unknown) => expectExact(answer as RingSnapshot, 0, 0, GEOMETRY.capacity);
    expect(run({ before: 4, look }, check)).toMatchObject({
      ok: false,
      error: expect.stringMatching(/^expected \d+ to be/),
    });
  });
});
