// L5: four threads on all structures, everything checksummed and counted. `node bench/bars/l5-stress.mjs [seconds] [seed]`
// Also under load and on one processor: stress-ng --cpu 4 --timeout 60s & … ; taskset -c 0 node bench/bars/l5-stress.mjs
import { Worker } from 'node:worker_threads';
import { Counters, countersLayout, Registry, registryLayout } from '../../dist/lockfree.js';
import { newJournal, openReader } from './core/records.mjs';

const seconds = Number(process.argv[2] ?? 60);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const THREADS = 4;
const options = { capacity: 16, threads: THREADS + 1, keyBytes: 32 };
const journals = Array.from({ length: THREADS }, newJournal);
const registry = new SharedArrayBuffer(registryLayout(options).bytes);
const counters = new SharedArrayBuffer(countersLayout(['adds']).bytes);

const done = await Promise.all(
  Array.from({ length: THREADS }, (_, thread) => {
    const worker = new Worker(new URL('./core/stress-worker.mjs', import.meta.url), {
      workerData: { journals, registry, options, counters, thread, seed, seconds },
    });
    return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  }),
);

const sum = (name) => done.reduce((total, one) => total + one[name], 0);
const keys = new Registry(new Int32Array(registry), 0, THREADS, options);
const present = new Set(keys.list().map(({ key }) => key));
let wrong = sum('faults');
for (let which = 0; which < 8; which++) {
  const balance = done.reduce((total, { inserted, removed }) => total + inserted[which] - removed[which], 0);
  if (balance !== Number(present.has(`shared ${which}`))) wrong += 1;
}
if (new Counters(new BigInt64Array(counters), 0, ['adds']).get('adds') !== sum('adds')) wrong += 1;
for (const [thread, { written }] of done.entries())
  if (openReader(journals[thread], 0).records() !== written) wrong += 1;
// What a reader has seen and what it was told it has missed is all that was there when it stopped.
console.log(
  `L5 seed ${seed}: ${seconds} s, ${THREADS} threads, ${sum('written')} records written, ${sum('read')} read, ${sum('lost')} told as lost, ${sum('turning')} met turning, ${sum('adds')} adds; lost, double, torn or wrong: ${wrong}`,
);
process.exitCode = wrong === 0 ? 0 : 1;
