/**
 * Ring buffer on real threads: a flood of which every byte that anybody got is where it was written, the end is always there, and
 * each byte is got or counted as dropped. Repeat a run with STRESS_SEED.
 */
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  PARK,
  Park,
  RingBufferReader,
  RingBufferWriter,
  type RingGeometry,
  ringBytes,
  Segment,
} from '../../src/lockfree/index.ts';
import { type Bundle, bundle } from './bundle.ts';
import { enlist } from './crew.ts';
import { forbidden } from './outcomes.ts';
import { randomFrom } from './random.ts';
import { judge, microsAt, piece, type RingReport, type RingTask } from './ring-tasks.ts';

const SEED = Number(process.env.STRESS_SEED ?? randomInt(2 ** 31));
const BYTES = Number(process.env.STRESS_BYTES ?? 4_000_000);
console.log(`STRESS_SEED=${SEED} STRESS_BYTES=${BYTES}`);

const ACCEPTABLE = new Set(['whole', 'whole, short', 'nothing, short', 'tail: of the stream']);

let program: Bundle;
beforeAll(async () => {
  program = await bundle('ring-worker.ts');
});
afterAll(() => program.remove());

function fresh(geometry: RingGeometry) {
  const { buffer, region } = startSegment();
  return { buffer, ring: new SharedArrayBuffer(ringBytes(geometry)), start: new Park(region.words, 0), geometry };
}

function startSegment() {
  const segment = Segment.create({ start: PARK.bytes });
  return { buffer: segment.buffer, region: segment.region('start') };
}

const ROLES = ['looker', 'tailer', 'follower'] as const;

describe.each<[string, RingGeometry, number, number]>([
  ['a capacity of one byte', { capacity: 1, pageBytes: 1, readers: 3 }, 1, 20],
  ['less than a write', { capacity: 48, pageBytes: 16, readers: 3 }, 200, 20],
  ['many pieces a page', { capacity: 4_096, pageBytes: 1_024, readers: 3 }, 100, 1],
  ['as a process has it', { capacity: 262_144, pageBytes: 16_384, readers: 3 }, 8_192, 1],
])('%s', (_, geometry, longest, share) => {
  test('every byte is in its place, got or counted', async () => {
    const memory = fresh(geometry);
    const { start, ...shared } = memory;
    const common = { ...shared, seed: SEED, bytes: Math.ceil(BYTES / share), longest };
    const readers = ROLES.map((role, reader): RingTask => ({ ...common, role, reader }));
    const tasks: RingTask[] = [...readers, { ...common, role: 'writer', reader: 0 }];
    const told = await (await enlist<RingReport>(program.file, tasks, start)).run();

    expect(
      forbidden(
        told.map(({ outcomes }) => outcomes),
        ACCEPTABLE,
      ),
    ).toEqual([]);
    const follower = told[ROLES.indexOf('follower')];
    expect((follower?.got ?? 0) + (follower?.lost ?? 0)).toBe(common.bytes);
    const own = new RingBufferReader(memory.ring, 0, geometry);
    expect(own.total()).toBe(common.bytes);
    expect(judge(own.snapshot(), 0, { ...common, role: 'looker', reader: 0 })).toBe('whole');
  });
});

test('a wrong twin is caught: a plain ring without claims', async () => {
  const geometry = { capacity: 4_096, pageBytes: 1_024, readers: 3 };
  const { start, ...shared } = fresh(geometry);
  const common = { ...shared, seed: SEED, bytes: BYTES, longest: 100, reader: 0, twin: 'no claims' as const };
  const tasks: RingTask[] = [
    { ...common, role: 'looker' },
    { ...common, role: 'writer' },
  ];
  const told = await (await enlist<RingReport>(program.file, tasks, start)).run();
  expect(
    forbidden(
      told.map(({ outcomes }) => outcomes),
      ACCEPTABLE,
    ),
  ).not.toEqual([]);
});

test('a writer ended in mid-operation leaves whole bytes, and a successor goes on behind them', async () => {
  const geometry = { capacity: 512, pageBytes: 128, readers: 3 };
  const random = randomFrom(SEED);
  for (let life = 0; life < 8; life++) {
    const memory = fresh(geometry);
    const { start, ...shared } = memory;
    const task: RingTask = { ...shared, seed: SEED, bytes: 2 ** 40, longest: 100, role: 'writer', reader: 0 };
    const crew = await enlist<RingReport>(program.file, [task], start);
    const own = new RingBufferReader(memory.ring, 1, geometry);
    crew.begin();
    // It is in it: there are bytes. Then a random number of our own looks later it ends.
    while (own.total() === 0);
    for (let n = random(2_000); n > 0; n--) own.snapshot();
    await crew.terminate();

    const left = own.snapshot();
    expect(['whole', 'whole, short']).toContain(judge(left, 0, task));
    const successor = new RingBufferWriter(memory.ring, geometry);
    // What was written but not yet counted is found: only the ring knows how far the stream is.
    successor.write(new Uint8Array(1), 0, 0);
    let total = own.total();
    expect(total - left.total).toBeLessThanOrEqual(task.longest + 1);
    for (let n = 0; n < 20; n++, total += 60) successor.write(piece(total, 60, SEED), total, microsAt(total));
    expect(judge(own.snapshot(), 0, task)).toBe('whole');
    expect(own.total()).toBe(total);
  }
});
