// The other thread of a side: runs its operation without a pause while the control word says so.
import { workerData } from 'node:worker_threads';

const BATCH = 16;
const { module, control, shared, row, sizes } = workerData;
const { other } = await import(module);
const run = await other(shared, row, sizes);

for (;;) {
  Atomics.wait(control, 0, 0);
  let sum = 0;
  while (Atomics.load(control, 0) === 1) {
    const work = run(BATCH);
    sum += typeof work === 'number' ? work : await work;
    Atomics.add(control, 1, BATCH);
  }
  if (sum < 0) throw new Error('an operation was undone');
}
