// One thread of L2: plays its part of a scenario again and again, beside the others, and writes down when each step was called and returned.
import { parentPort, workerData } from 'node:worker_threads';
import { STRUCTURES, TWINS } from './l2-structures.mjs';
import { chance } from './records.mjs';

const { thread, threads, times, control, steps: memory } = workerData;
/** Words: threads that have arrived at a gate, the gate's number, a clock. */
const gate = new Int32Array(control);
const steps = new Int32Array(memory);
const below = chance(thread + 1);

/** Runs take turns on two of a structure: while one is played on, the other is made ready, so that one gate a run is enough. */
parentPort.on('message', ({ structure, buffers, operations, most }) => {
  const copies = buffers.map((buffer) => ({ ...STRUCTURES, ...TWINS })[structure].open(buffer, thread));
  if (thread === 0) for (const { clean } of copies) clean();
  for (let run = 0; run < times; run++) {
    meet();
    play(copies[run % 2], run, operations, most);
    // Everybody has left the run before this one, or they would not have met.
    if (thread === 0 && run > 0) copies[(run + 1) % 2].clean();
  }
  meet();
  parentPort.postMessage('played');
});

function play({ play: perform }, run, operations, most) {
  const memo = [];
  let at = (run * threads + thread) * most * 3;
  for (const operation of operations) {
    // Threads leave the gate one after the other: meet in different places each time.
    for (let spin = below(150); spin > 0; spin--) Atomics.load(gate, 1);
    steps[at] = Atomics.add(gate, 2, 1);
    steps[at + 2] = perform(operation, run >> 1, memo);
    steps[at + 1] = Atomics.add(gate, 2, 1);
    at += 3;
  }
}

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
