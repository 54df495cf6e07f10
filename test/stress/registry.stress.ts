/**
 * The reference's own TestConcurrentAccess on real threads: many tasks register, get, list and remove at once; nothing is
 * lost, and every entry that went in came out once or is still there. Repeat a run with STRESS_SEED.
 */
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PARK, Park, Registry, type RegistryOptions, registryLayout, Segment } from '../../src/lockfree/index.ts';
import { type Bundle, bundle } from './bundle.ts';
import { enlist } from './crew.ts';
import { forbidden } from './outcomes.ts';
import { randomFrom } from './random.ts';
import { label, type StressReport } from './registry-tasks.ts';

const SEED = Number(process.env.STRESS_SEED ?? randomInt(2 ** 31));
const ROUNDS = Number(process.env.STRESS_ROUNDS ?? 20_000);
console.log(`STRESS_SEED=${SEED} STRESS_ROUNDS=${ROUNDS}`);

/** Any other outcome is forbidden. */
const ACCEPTABLE = new Set([
  ...['inserted', 'exists', 'full'].map((kind) => `insert: ${kind}`),
  ...['get: handle', 'get: nothing', 'remove: true', 'remove: false', 'list: sound'],
]);

let program: Bundle;
beforeAll(async () => {
  program = await bundle('registry-worker.ts');
});
afterAll(() => program.remove());

function fresh(options: RegistryOptions) {
  const segment = Segment.create({ registry: registryLayout(options).bytes, start: PARK.bytes });
  const { words } = segment.region('registry');
  return {
    buffer: segment.buffer,
    start: new Park(segment.region('start').words, 0),
    open: (thread: number) => new Registry(words, 0, thread, options),
  };
}

const sorted = (labels: Iterable<string>) => [...labels].sort();

describe.each<[string, Omit<RegistryOptions, 'keyBytes'>, number]>([
  ['two threads, one place', { capacity: 1, threads: 3 }, 1],
  ['two threads, three places', { capacity: 3, threads: 3 }, 4],
  ['four threads, two places', { capacity: 2, threads: 5 }, 2],
  ['four threads, room for all', { capacity: 64, threads: 5 }, 8],
  ['eight threads, hundred tasks each', { capacity: 256, threads: 9 }, 100],
])('%s', (_, size, contested) => {
  const options = { ...size, keyBytes: 32 };

  test('each entry goes in once and comes out once', async () => {
    const { buffer, start, open } = fresh(options);
    const tasks = Array.from({ length: size.threads - 1 }, (_unused, thread) => ({
      ...{ buffer, options, thread, contested, seed: SEED + thread },
      rounds: Math.ceil(ROUNDS / (size.threads - 1)),
    }));
    const told = await (await enlist<StressReport>(program.file, tasks, start)).run();

    expect(
      forbidden(
        told.map(({ outcomes }) => outcomes),
        ACCEPTABLE,
      ),
    ).toEqual([]);
    const inserted = told.flatMap((report) => report.inserted);
    const removed = told.flatMap((report) => report.removed);
    expect(new Set(inserted).size).toBe(inserted.length); // no handle was given twice
    expect(new Set(removed).size).toBe(removed.length); // no entry came out twice
    const registry = open(size.threads - 1);
    const left = registry.list().map(({ key, handle }) => label(key, handle));
    expect(sorted([...removed, ...left])).toEqual(sorted(inserted));

    for (const { handle } of registry.list()) expect(registry.remove(handle)).toBe(true);
    for (let n = 0; n < size.capacity; n++) expect(registry.insert(`last-${n}`).kind).toBe('inserted');
    expect(registry.insert('one too many').kind).toBe('full');
  });
});

// Twins that only one order in millions betrays are the model checker's: test/model/registry.model.ts.
test('a wrong twin is caught: a place’s next tenant has the handle of the last', async () => {
  const options = { capacity: 64, threads: 3, keyBytes: 32 };
  const { buffer, start } = fresh(options);
  const common = { buffer, options, contested: 2, rounds: ROUNDS, twin: 'no generation' as const };
  const tasks = [0, 1].map((thread) => ({ ...common, thread, seed: SEED + thread }));
  const told = await (await enlist<StressReport>(program.file, tasks, start)).run();
  const inserted = told.flatMap((report) => report.inserted);
  expect(new Set(inserted).size).toBeLessThan(inserted.length);
});

describe('threads ended in mid-operation', () => {
  const options = { capacity: 3, threads: 3, keyBytes: 32 };

  test('leave a sound table and every place usable, and their numbers to successors', async () => {
    const { buffer, start, open } = fresh(options);
    const registry = open(2);
    const random = randomFrom(SEED);
    for (let life = 0; life < 12; life++) {
      const endless = { buffer, options, contested: 2, rounds: Number.POSITIVE_INFINITY };
      const tasks = [0, 1].map((thread) => ({ ...endless, thread, seed: SEED + 2 * life + thread }));
      const crew = await enlist<StressReport>(program.file, tasks, start);
      crew.begin();
      // They are in it: another's entry has been seen. Then a random number of our own operations later they end.
      while (registry.list().length === 0);
      for (let n = random(5_000); n > 0; n--) registry.list();
      await crew.terminate();

      // What they had announced is done by whoever changes something next.
      const next = registry.insert('next');
      if (next.kind === 'inserted') registry.remove(next.handle);
      const entries = registry.list();
      expect(new Set(entries.map(({ key }) => key)).size).toBe(entries.length);
      for (const { key, handle } of entries) {
        expect(key).toMatch(/^(key-[01]|own-[01])$/);
        expect(registry.insert(key)).toEqual({ kind: 'exists', handle });
        expect(registry.remove(handle)).toBe(true);
      }
      const places = ['a', 'b', 'c'].map((key) => registry.insert(key));
      expect(places.map(({ kind }) => kind)).toEqual(['inserted', 'inserted', 'inserted']);
      expect(registry.insert('d').kind).toBe('full');
      for (const { handle } of registry.list()) registry.remove(handle);
    }
  });
});
