// L4: a writer's thread is ended at random points; its successor goes on. `node bench/bars/l4-terminate.mjs [times] [seed]`
import { Worker } from 'node:worker_threads';
import { Registry, registryLayout, reopen } from '../../dist/lockfree.js';
import { chance, faultsIn, GEOMETRY, memoryOf, newJournal, openReader } from './core/records.mjs';

const times = Number(process.argv[2] ?? 10_000);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const below = chance(seed);
const options = { capacity: 24, threads: 2, keyBytes: 32 };
const journal = newJournal();
const registry = new SharedArrayBuffer(registryLayout(options).bytes);
const marks = new SharedArrayBuffer(8);
const tried = new Int32Array(marks);
const reader = openReader(journal, 0);
const keys = new Registry(new Int32Array(registry), 0, 0, options);
const seen = { torn: 0, lost: 0, stuck: 0, wrong: 0 };

for (let round = 0; round < times; round++) {
  const worker = new Worker(new URL('./core/doomed-writer.mjs', import.meta.url), {
    workerData: { journal, registry, options, marks, seed: seed + round },
  });
  await new Promise((resolve) => worker.once('message', resolve));
  const before = reader.records();
  // From nothing to some hundreds of records, and then some steps into the next.
  const target = Atomics.load(tried, 0) + below(300);
  while (Atomics.load(tried, 0) < target) await new Promise(setImmediate);
  for (let i = below(2_000); i > 0; i--) Atomics.load(tried, 0);
  await worker.terminate();
  reopen(memoryOf(journal), GEOMETRY);
  check(before);
}

function check(before) {
  const published = reader.records();
  // Each number that was tried is a record, but for those that their writers were at when they were ended.
  const { records, short } = reader.snapshot();
  if (short || (records.length === 0 && published > 0)) seen.stuck += 1;
  seen.torn += faultsIn(records);
  if (published < before || published > Atomics.load(tried, 0)) seen.wrong += 1;
  if (records.at(-1)?.a !== undefined && Atomics.load(tried, 1) - 1 > records.at(-1).a) seen.lost += 1;
  const listed = keys.list().map(({ key }) => key);
  if (new Set(listed).size !== listed.length) seen.wrong += 1;
  const { kind, handle } = keys.insert('ours');
  if (kind !== 'inserted' || !keys.remove(handle)) seen.stuck += 1;
}

// No slot has leaked: all of the capacity can still be had.
for (const { handle } of keys.list()) keys.remove(handle);
const fitting = Array.from({ length: options.capacity }, (_, n) => keys.insert(`n${n}`).kind === 'inserted').filter(
  Boolean,
).length;
const leaked = options.capacity - fitting;
const bad = Object.values(seen).reduce((sum, n) => sum + n, leaked);
console.log(
  `L4 seed ${seed}: ${times} writers ended, ${reader.records()} records; torn ${seen.torn}, lost though published ${seen.lost}, stuck ${seen.stuck}, wrong ${seen.wrong}, slots leaked ${leaked}`,
);
process.exitCode = bad === 0 ? 0 : 1;
