// Writes a journal and a registry as fast as it can, until somebody ends this thread in the middle.
import { parentPort, workerData } from 'node:worker_threads';
import { JournalWriter, Registry } from '../../../dist/lockfree.js';
import { bodyOf, chance, GEOMETRY, memoryOf } from './records.mjs';

const { journal, registry, options, marks, seed } = workerData;
const below = chance(seed);
const log = new JournalWriter(memoryOf(journal), GEOMETRY);
const keys = new Registry(new Int32Array(registry), 0, 1, options);
const tried = new Int32Array(marks);
parentPort.postMessage('writing');
for (;;) {
  const number = Atomics.add(tried, 0, 1);
  log.append({ kind: 1, a: number, b: 0, micros: number }, bodyOf(number, below(300)));
  Atomics.store(tried, 1, number + 1);
  const key = `key ${below(20)}`;
  const { handle } = keys.insert(key);
  if (handle !== undefined && below(2) === 0) keys.remove(handle);
}
