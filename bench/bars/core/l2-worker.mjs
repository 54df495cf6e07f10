// One thread of L2: plays its part of a scenario again and again, beside the others, and writes down when each step was called and returned.
import { parentPort, workerData } from 'node:worker_threads';
import { STRUCTURES, TWINS } from './l2-structures.mjs';
import { chance } from './records.mjs';

const { thread, threads, times, control, ticks } = workerData;
/** Words: threads that have arrived at a gate, the gate's number, a clock. */
const gate = new Int32Array(control);
const written = new Int32Array(ticks);
const below = chance(thread + 1);

parentPort.on('message', ({ structure, buffer, operations, most }) => {
  const { play, clean } = { ...STRUCTURES, ...TWINS }[structure].open(buffer, thread);
  for (let run = 0; run < times; run++) {
    if (thread === 0) clean();
    meet();
    const memo = [];
    let at = (run * threads + thread) * most * 3;
    for (const operation of operations) {
      // Threads leave the gate one after the other: meet in different places each time.
      for (let spin = below(150); spin > 0; spin--) Atomics.load(gate, 1);
      written[at] = Atomics.add(gate, 2, 1);
      written[at + 2] = play(operation, run, memo);
      written[at + 1] = Atomics.add(gate, 2, 1);
      at += 3;
    }
    meet();
  }
  parentPort.postMessage('played');
});

/** Until all are here. */
function meet() {
  const number = Atomics.load(gate, 1);
  if (Atomics.add(gate, 0, 1) === threads - 1) {
    Atomics.store(gate, 0, 0);
    Atomics.add(gate, 1, 1);
    Atomics.notify(gate, 1);
    return;
  }
  for (let spin = 0; Atomics.load(gate, 1) === number; spin++) if (spin > 2_000) Atomics.wait(gate, 1, number, 1);
}
