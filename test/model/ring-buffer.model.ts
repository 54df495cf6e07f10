/** RingBuffer under every interleaving: a snapshot is a piece of the stream without a gap, and every byte is kept or counted. */
import { describe, expect, test } from 'vitest';
import {
  RingBufferReader,
  RingBufferWriter,
  type RingGeometry,
  type RingSnapshot,
  ringBytes,
} from '../../src/lockfree/ring-buffer.ts';
import { BOUND } from './bound.ts';
import { type Explored, explore, type Model } from './explore.ts';

/** Pages of 84 bytes, of which each takes 64 of one piece. */
const GEOMETRY: RingGeometry = { capacity: 80, pageBytes: 32, readers: 1 };
const CHUNK = 70;

interface Setting {
  readonly geometry?: RingGeometry;
  /** Position of the stream's first byte, when the process wrote to the other stream before; bytes written before the threads begin. */
  readonly origin?: number;
  readonly before?: number;
  readonly writes?: number;
  readonly stall?: readonly number[];
  readonly preemptions?: number;
  readonly look?: (reader: RingBufferReader) => unknown;
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

function run(setting: Setting, check: (answer: unknown) => void): Explored {
  const { geometry = GEOMETRY, origin = 0, before = 0, writes = 2, stall = [], preemptions = BOUND } = setting;
  const { look = (reader) => reader.snapshot() } = setting;
  const make = (): Model => {
    const buffer = new SharedArrayBuffer(ringBytes(geometry));
    const write = (from: number, count: number) => {
      const writer = new RingBufferWriter(buffer, geometry);
      for (let n = 0; n < count; n++) {
        const position = origin + (from + n) * CHUNK;
        writer.write(bytesFrom(position, CHUNK), position, n);
      }
    };
    write(0, before);
    return {
      threads: [() => write(before, writes), () => look(new RingBufferReader(buffer, 0, geometry))],
      check([, answer]) {
        if (answer !== undefined) check(answer);
        if (stall.length > 0) return;
        const last = new RingBufferReader(buffer, 0, geometry).snapshot();
        expectExact(last, origin, 0, geometry.capacity);
        expect(last).toMatchObject({ total: (before + writes) * CHUNK, short: false });
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

describe('wrong twins are refused', () => {
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
