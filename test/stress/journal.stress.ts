/**
 * Journal on real threads: a writer that floods it, readers that follow and readers that look at all of it; every record that
 * anybody got is whole, in order, and read or counted as lost. Repeat a run with STRESS_SEED.
 */
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { JournalReader, JournalWriter, PARK, Park, Segment } from '../../src/lockfree/index.ts';
import {
  type JournalGeometry,
  JournalPages,
  journalBytes,
  releaseReader,
  reopen,
} from '../../src/lockfree/journal-pages.ts';
import { type Bundle, bundle } from './bundle.ts';
import { enlist } from './crew.ts';
import { bodyOf, type JournalReport, type JournalTask } from './journal-tasks.ts';
import { forbidden } from './outcomes.ts';
import { randomFrom } from './random.ts';

const SEED = Number(process.env.STRESS_SEED ?? randomInt(2 ** 31));
const RECORDS = Number(process.env.STRESS_RECORDS ?? 200_000);
console.log(`STRESS_SEED=${SEED} STRESS_RECORDS=${RECORDS}`);

/** Any other outcome is forbidden. */
const ACCEPTABLE = new Set([
  ...['record', 'empty', 'lapped', 'turning'].map((kind) => `read: ${kind}`),
  ...['snapshot: all', 'snapshot: short', 'record: whole', 'written'],
]);

let program: Bundle;
beforeAll(async () => {
  program = await bundle('journal-worker.ts');
});
afterAll(() => program.remove());

function fresh(geometry: JournalGeometry) {
  const segment = Segment.create({ journal: journalBytes(geometry), start: PARK.bytes });
  const start = new Park(segment.region('start').words, 0);
  return { buffer: segment.buffer, memory: segment.region('journal'), start };
}

/** Pin words that are not 0. */
const held = (memory: ReturnType<typeof fresh>['memory'], geometry: JournalGeometry) => {
  const pages = new JournalPages(memory, geometry);
  return Array.from({ length: geometry.pages }, (_, page) => memory.words[pages.pinsAt(page)]).filter(
    (pins) => pins !== 0,
  );
};

describe.each<[string, JournalGeometry, number]>([
  ['one record a page', { pages: 4, pageBytes: 32, readers: 2 }, 12],
  ['two or three records a page', { pages: 5, pageBytes: 128, readers: 3 }, 60],
  ['many records a page', { pages: 8, pageBytes: 4_096, readers: 3 }, 300],
])('%s', (_, geometry, longest) => {
  test('every record is whole and in order, read or counted', async () => {
    const { buffer, memory, start } = fresh(geometry);
    const common = { buffer, geometry, seed: SEED, records: RECORDS, longest };
    const reader = (thread: number): JournalTask => ({ ...common, thread, role: thread === 0 ? 'reader' : 'looker' });
    const readers = Array.from({ length: geometry.readers }, (__, thread) => reader(thread));
    const tasks: JournalTask[] = [...readers, { ...common, thread: 0, role: 'writer' }];
    const told = await (await enlist<JournalReport>(program.file, tasks, start)).run();

    expect(
      forbidden(
        told.map(({ outcomes }) => outcomes),
        ACCEPTABLE,
      ),
    ).toEqual([]);
    expect((told[0]?.read ?? 0) + (told[0]?.lost ?? 0)).toBe(RECORDS);
    expect(new JournalReader(memory, 0, geometry).records()).toBe(RECORDS);
    expect(held(memory, geometry)).toEqual([]);
  });
});

test('a wrong twin is caught: it takes a page whoever is inside', async () => {
  const geometry: JournalGeometry = { pages: 5, pageBytes: 128, readers: 3 };
  const { buffer, start } = fresh(geometry);
  const common = { buffer, geometry, seed: SEED, records: RECORDS, longest: 60 };
  const tasks: JournalTask[] = [
    { ...common, thread: 1, role: 'looker' },
    { ...common, thread: 0, role: 'writer', twin: 'ignores pins' },
  ];
  const crew = await enlist<JournalReport>(program.file, tasks, start);
  // A torn record may also have a length that there is not.
  const tables = await crew.run().then(
    (told) => told.map(({ outcomes }) => outcomes),
    (error: unknown) => [{ [String(error)]: 1 }],
  );
  expect(forbidden(tables, ACCEPTABLE)).not.toEqual([]);
});

describe('threads ended in mid-operation', () => {
  const geometry: JournalGeometry = { pages: 5, pageBytes: 128, readers: 3 };
  const longest = 60;

  test('leave what was committed whole, and after repair every page usable', async () => {
    const { buffer, memory, start } = fresh(geometry);
    const random = randomFrom(SEED);
    const own = new JournalReader(memory, 2, geometry);
    for (let life = 0; life < 12; life++) {
      const endless = { buffer, geometry, seed: SEED, records: Number.POSITIVE_INFINITY, longest };
      const tasks: JournalTask[] = [
        { ...endless, thread: 0, role: 'writer' },
        { ...endless, thread: 0, role: 'reader' },
        { ...endless, thread: 1, role: 'looker' },
      ];
      const crew = await enlist<JournalReport>(program.file, tasks, start);
      const before = own.records();
      crew.begin();
      // They are in it: there are new records. Then a random number of our own operations later they end.
      while (own.records() === before);
      for (let n = random(2_000); n > 0; n--) own.snapshot();
      await crew.terminate();

      reopen(memory, geometry);
      for (const reader of [0, 1]) releaseReader(memory, geometry, reader);
      expect(held(memory, geometry)).toEqual([]);
      const { records, first, end, short } = own.snapshot();
      expect([short, end - first]).toEqual([false, records.length]);
      for (const { sequence, body } of records) expect(body).toEqual(bodyOf(sequence, SEED, longest));
      const successor = new JournalWriter(memory, geometry);
      const n = successor.records;
      successor.append({ kind: n | 0, a: ~n, b: n >>> 1, micros: n }, bodyOf(n, SEED, longest));
      expect(own.snapshot().records.at(-1)?.sequence).toBe(n);
    }
  });
});
