/** A segment described by one thread and attached by another; everything that is none is refused by name. */
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { Pool } from '../../src/lockfree/pool.ts';
import { SEGMENT, SEGMENT_ENTRY, Segment, SegmentRefused, segmentBytes } from '../../src/lockfree/segment.ts';
import { documentsLayout } from './documents.ts';

const REGIONS = { registry: 1000, counters: 24, 'é/ß': 1 } as const;

describe('Segment', () => {
  test('what was created is found again by another holder of the buffer', () => {
    const created = Segment.create(REGIONS);
    const { port1, port2 } = new MessageChannel();
    port1.postMessage(created.buffer);
    const received = receiveMessageOnPort(port2)?.message;
    port1.close();
    const attached = Segment.attach(received);
    created.region('registry').words[249] = 42;
    expect(attached.region('registry').words[249]).toBe(42);
    for (const [name, bytes] of Object.entries<number>(REGIONS)) {
      const { words, wide, bytes: all, offset } = attached.region(name);
      expect([all.length, words.length, wide.length]).toEqual([bytes, Math.floor(bytes / 4), Math.floor(bytes / 8)]);
      expect(offset % 128).toBe(0);
      expect(all.every((byte) => byte === 0 || name === 'registry')).toBe(true);
    }
  });

  test('regions fill the segment without overlap', () => {
    const segment = Segment.create(REGIONS);
    const places = [segment.region('registry'), segment.region('counters'), segment.region('é/ß')];
    expect(places.map((region) => region.offset)).toEqual([640, 1664, 1792]);
    expect(segment.buffer.byteLength).toBe(1920);
    expect(segmentBytes(REGIONS)).toBe(1920);
  });

  test('a region is the same object each time, and an unknown one is refused with the known names', () => {
    const segment = Segment.attach(Segment.create(REGIONS).buffer);
    expect(segment.region('counters')).toBe(segment.region('counters'));
    expect(() => segment.region('journal')).toThrow('region=journal: this segment has registry, counters, é/ß');
  });

  test.each<[string, (words: Int32Array) => void, string]>([
    ['other memory', (words) => words.fill(0), 'magic=0x0'],
    ['another version', (words) => words.fill(2, SEGMENT.at.version, SEGMENT.at.version + 1), 'version=2'],
    ['more rows than fit', (words) => words.fill(1e6, SEGMENT.at.regions, SEGMENT.at.regions + 1), 'regions=1000000'],
    ['a negative number of rows', (words) => words.fill(-1, SEGMENT.at.regions, SEGMENT.at.regions + 1), 'regions=-1'],
    ['a region outside', (words) => words.fill(1e6, SEGMENT.bytes / 4 + SEGMENT_ENTRY.at.bytes), 'bytes=1000000'],
    ['a region elsewhere', (words) => words.fill(0, SEGMENT.bytes / 4, SEGMENT.bytes / 4 + 1), 'offset=0'],
  ])('attach refuses %s', (_, damage, message) => {
    const { buffer } = Segment.create(REGIONS);
    damage(new Int32Array(buffer));
    expect(() => Segment.attach(buffer)).toThrow(SegmentRefused);
    expect(() => Segment.attach(buffer)).toThrow(message);
  });

  test('attach refuses a buffer that is too small for a header', () => {
    expect(() => Segment.attach(new SharedArrayBuffer(4))).toThrow('byteLength=4');
  });

  test.each<[Record<string, number>, string]>([
    [{ ['n'.repeat(65)]: 1 }, 'at most 64 bytes'],
    [{ empty: 0 }, 'region=empty bytes=0'],
    [{ part: 1.5 }, 'region=part bytes=1.5'],
  ])('create refuses %j', (regions, message) => {
    expect(() => Segment.create(regions)).toThrow(message);
  });

  test('a recycled buffer is another generation: old tenants can tell, old numbers are refused', () => {
    const pool = new Pool();
    const lease = pool.take(segmentBytes(REGIONS));
    const first = Segment.create(REGIONS, lease);
    const reader = Segment.attach(lease.buffer, lease.generation);
    expect(reader.isCurrent()).toBe(true);
    first.retire();
    expect(reader.isCurrent()).toBe(false);
    pool.give(lease);
    const again = pool.take(segmentBytes(REGIONS));
    expect(again.buffer).toBe(lease.buffer);
    expect(reader.isCurrent()).toBe(false);
    expect(Segment.create({ other: 8 }, again).isCurrent()).toBe(true);
    expect(reader.isCurrent()).toBe(false);
    expect(() => Segment.attach(lease.buffer, lease.generation)).toThrow('generation=2');
  });

  test.each([1, 3, 127])('memory that ends %i bytes after a word holds a segment too', (rest) => {
    const buffer = new SharedArrayBuffer(segmentBytes(REGIONS) + rest);
    Segment.create(REGIONS, { buffer, generation: 7 });
    const attached = Segment.attach(buffer, 7);
    expect([attached.isCurrent(), attached.region('counters').words.length]).toEqual([true, 6]);
  });

  test('create refuses memory that is too small', () => {
    expect(() => Segment.create(REGIONS, { buffer: new SharedArrayBuffer(1792), generation: 1 })).toThrow('need 1920');
  });

  test('the page shows the layout', () => {
    expect(documentsLayout('segment', SEGMENT)).toEqual([]);
    expect(SEGMENT_ENTRY.table().map(({ offset }) => SEGMENT.bytes + offset)).toEqual([256, 260, 264, 272]);
  });
});
