/** RingBuffer on one thread: the reference's own cases, cuts at both ends, positions, and chunks of every size. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  RING,
  RingBufferReader,
  RingBufferWriter,
  type RingGeometry,
  ringBytes,
} from '../../src/lockfree/ring-buffer.ts';

const encode = (text: string) => new TextEncoder().encode(text);
const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function fresh(geometry: RingGeometry, spare = 0) {
  const buffer = new SharedArrayBuffer(ringBytes(geometry) + spare);
  const writer = new RingBufferWriter(buffer, geometry);
  const reader = new RingBufferReader(buffer, 0, geometry);
  let position = 0;
  return {
    buffer,
    writer,
    reader,
    write(...texts: string[]) {
      for (const text of texts) {
        writer.write(encode(text), position, position);
        position += encode(text).length;
      }
    },
    text: (since?: number) =>
      reader
        .snapshot(since)
        .pieces.map((piece) => decode(piece.bytes))
        .join(''),
  };
}

const TEN: RingGeometry = { capacity: 10, pageBytes: 8, readers: 1 };

describe('what is kept', () => {
  test.each<[string, number, string[], string, number]>([
    ['nothing', 10, [], '', 0],
    ['an empty write', 10, [''], '', 0],
    ['all, while it fits', 10, ['12345', '67890'], '1234567890', 0],
    ['the last bytes', 10, ['12345', '67890', 'ABCDE'], '67890ABCDE', 5],
    ['the end of a long write', 10, ['this is a very long string'], 'ong string', 16],
    ['one byte', 1, ['abc', 'd'], 'd', 3],
    ['the last 1,000 of 4,000', 1000, ['x'.repeat(3000) + 'y'.repeat(1000)], 'y'.repeat(1000), 3000],
  ])('%s', (_, capacity, texts, kept, dropped) => {
    const { write, text, reader } = fresh({ capacity, pageBytes: 8, readers: 1 });
    write(...texts);
    expect(text()).toBe(kept);
    expect(reader.dropped()).toBe(dropped);
    expect(reader.overflow()).toBe(dropped > 0);
    expect(reader.total()).toBe(dropped + kept.length);
    expect(reader.snapshot()).toMatchObject({ total: dropped + kept.length, dropped, short: false });
  });

  test('after any writes: the last `capacity` bytes, and every byte counted', () => {
    const geometries = fc.record({
      capacity: fc.integer({ min: 1, max: 200 }),
      pageBytes: fc.integer({ min: 1, max: 64 }),
      readers: fc.integer({ min: 1, max: 3 }),
    });
    const sizes = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 30 });
    fc.assert(
      fc.property(geometries, sizes, (geometry, lengths) => {
        const { write, text, reader } = fresh(geometry, 100);
        let all = '';
        for (const length of lengths) {
          const chunk = Array.from({ length }, (_, n) => String.fromCharCode(97 + ((all.length + n) % 26))).join('');
          write(chunk);
          all += chunk;
          const kept = text();
          expect(all.endsWith(kept)).toBe(true);
          expect(kept.length).toBeLessThanOrEqual(geometry.capacity);
          expect(reader.total()).toBe(all.length);
          expect(reader.dropped()).toBe(all.length - kept.length);
        }
      }),
      { numRuns: 300 },
    );
  });

  test.each([160, 200, 1_000, 65_536])('capacity is kept to the byte for chunks of %i bytes', (length) => {
    const { writer, reader } = fresh(RING);
    const chunk = new Uint8Array(length);
    for (let position = 0; position < 4 * RING.capacity; position += length) {
      writer.write(chunk, position, 0);
      expect(reader.total() - reader.dropped()).toBe(Math.min(position + length, RING.capacity));
    }
  });

  test('the shared memory of one stream stays within a pool size of 384 KiB', () => {
    expect(ringBytes()).toBe(392_576);
  });
});

describe('positions', () => {
  test('of two streams merge into the order of writing', () => {
    const out = fresh(TEN);
    const err = fresh(TEN);
    out.writer.write(encode('ab'), 0, 1);
    err.writer.write(encode('cd'), 2, 2);
    out.writer.write(encode('ef'), 4, 3);
    const pieces = [...out.reader.snapshot().pieces, ...err.reader.snapshot().pieces].sort(
      (a, b) => a.position - b.position,
    );
    expect(pieces.map(({ position, micros, bytes }) => [position, micros, decode(bytes)])).toEqual([
      [0, 1, 'ab'],
      [2, 2, 'cd'],
      [4, 3, 'ef'],
    ]);
  });

  test.each([2 ** 31 - 2, 2 ** 32 - 2, 2 ** 40 + 3, 2 ** 53 - 8])('are exact at %i', (position) => {
    const { writer, reader } = fresh(TEN);
    writer.write(encode('abc'), position, 0);
    writer.write(encode('def'), position + 3, 0);
    expect(reader.snapshot(position + 1).pieces).toEqual([
      { position: position + 1, micros: 0, bytes: encode('bc') },
      { position: position + 3, micros: 0, bytes: encode('def') },
    ]);
  });

  test.each([
    [0, '67890ABCDE'],
    [5, '67890ABCDE'],
    [6, '7890ABCDE'],
    [12, 'CDE'],
    [15, ''],
    [99, ''],
  ])('since %i: %s', (since, kept) => {
    const { write, text, reader } = fresh(TEN);
    write('12345', '67890', 'ABCDE');
    expect(text(since)).toBe(kept);
    expect(reader.snapshot(since)).toMatchObject({ total: 15, dropped: 5 });
  });

  test('pieces of a split chunk follow each other', () => {
    const { writer, reader } = fresh({ capacity: 300, pageBytes: 8, readers: 1 });
    writer.write(new Uint8Array(300), 1_000, 7);
    let next = 1_000;
    for (const { position, micros, bytes } of reader.snapshot().pieces) {
      expect([position, micros]).toEqual([next, 7]);
      next += bytes.length;
    }
    expect(next).toBe(1_300);
  });
});

describe('tail', () => {
  test.each([
    [0, ''],
    [3, 'CDE'],
    [6, '0ABCDE'],
    [99, '67890ABCDE'],
  ])('%i bytes: %s', (bytes, kept) => {
    const { write, reader } = fresh(TEN);
    write('12345', '67890', 'ABCDE');
    expect(decode(reader.tail(bytes))).toBe(kept);
  });
});

test('times are those of writing, also hours later on the same page', () => {
  const { writer, reader } = fresh(TEN);
  const times = [5, 5, 4_294_967_299, 4_294_967_301, 2 ** 50];
  times.forEach((micros, n) => {
    writer.write(encode('x'), n, micros);
  });
  expect(reader.snapshot().pieces.map((piece) => piece.micros)).toEqual(times);
});

test('each of 100 writers has its own ring, and no byte is lost between them', () => {
  const rings = Array.from({ length: 100 }, () => fresh({ capacity: 1_000, pageBytes: 64, readers: 1 }));
  for (let n = 0; n < 100; n++) for (const ring of rings) ring.write('0123456789');
  expect(rings.map((ring) => ring.reader.total())).toEqual(new Array(100).fill(1_000));
});

test('zeroed memory is an empty ring again', () => {
  const { buffer, write, text, reader } = fresh(TEN);
  write('this is a very long string');
  new Uint8Array(buffer).fill(0);
  expect(text()).toBe('');
  expect(reader.overflow()).toBe(false);
});

test.each<[Partial<RingGeometry>, string]>([
  [{ capacity: 0 }, 'capacity=0'],
  [{ readers: 31 }, 'readers=31'],
  [{ pageBytes: 300_000 }, 'pageBytes='],
])('geometry %o is refused', (geometry, message) => {
  expect(() => ringBytes({ ...TEN, ...geometry })).toThrow(message);
});

test('too small a buffer and a foreign reader number are refused', () => {
  expect(() => new RingBufferWriter(new SharedArrayBuffer(64), TEN)).toThrow('byteLength=64');
  expect(() => new RingBufferReader(new SharedArrayBuffer(ringBytes(TEN)), 1, TEN)).toThrow('reader=1');
});
