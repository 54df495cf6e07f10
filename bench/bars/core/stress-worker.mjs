// One of four threads of L5: writes its own journal, reads its neighbour's, shares counters and a registry.
import { parentPort, workerData } from 'node:worker_threads';
import { Counters, JournalWriter, Registry } from '../../../dist/lockfree.js';
import { bodyOf, chance, faultsIn, GEOMETRY, isSound, memoryOf, numberOf, openReader } from './records.mjs';

const { journals, registry, options, counters, thread, seed, seconds } = workerData;
const below = chance(seed + thread);
const log = new JournalWriter(memoryOf(journals[thread]), GEOMETRY);
const neighbour = openReader(journals[(thread + 1) % journals.length], 1);
const keys = new Registry(new Int32Array(registry), 0, thread, options);
const counted = new Counters(new BigInt64Array(counters), 0, ['adds']);
const done = {
  written: 0,
  read: 0,
  lost: 0,
  turning: 0,
  faults: 0,
  adds: 0,
  inserted: Array(8).fill(0),
  removed: Array(8).fill(0),
};
const until = performance.now() + seconds * 1_000;

while (performance.now() < until) {
  for (let i = 0; i < 200; i++) {
    log.append({ kind: 1, a: done.written, b: thread, micros: done.written }, bodyOf(done.written, below(300)));
    done.written += 1;
    readOne();
    if (i % 50 === 0) done.faults += faultsIn(neighbour.snapshot().records);
    counted.add('adds');
    done.adds += 1;
    shareKey();
  }
}
parentPort.postMessage(done);

function readOne() {
  const found = neighbour.read();
  if (found.kind === 'record') {
    const { body, sequence, b } = found.record;
    if (!isSound(body) || numberOf(body) !== sequence || b !== (thread + 1) % journals.length) done.faults += 1;
    done.read += 1;
  } else if (found.kind === 'lapped') done.lost += found.lost;
  else if (found.kind === 'turning') done.turning += 1;
}

/** Whoever inserts a key may remove it: successes of both, over all threads, say who is in at the end. */
function shareKey() {
  const which = below(8);
  const { kind, handle } = keys.insert(`shared ${which}`);
  if (kind === 'inserted') done.inserted[which] += 1;
  if (handle !== undefined && below(2) === 0 && keys.remove(handle)) done.removed[which] += 1;
}
