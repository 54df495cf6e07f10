// One side of the comparison as a program: it is told a row, then gets `free`, `busy` or `turns` and a time on stdin and answers each with
// one line: nanoseconds per operation, and how much an operation has found on average, so that less work is not taken for speed.
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';

const BATCH_NANOS = 500_000n;
const IDLE = 0;
const RUN = 1;

/** The other thread: idle until it is needed. `module` exports `other(shared, row, sizes)`, which gives its run(n). */
class Other {
  #control = new Int32Array(new SharedArrayBuffer(8));
  #worker;

  constructor(module, { shared, transfer = [] }, row, sizes) {
    const workerData = { module, control: this.#control, shared, row, sizes };
    this.#worker = new Worker(new URL('./other.mjs', import.meta.url), { workerData, transferList: transfer });
    this.#worker.on('error', (error) => {
      throw error;
    });
  }

  get operations() {
    return Atomics.load(this.#control, 1) >>> 0;
  }

  async run() {
    const before = this.operations;
    Atomics.store(this.#control, 0, RUN);
    Atomics.notify(this.#control, 0);
    while (this.operations === before) await new Promise(setImmediate);
  }

  pause() {
    Atomics.store(this.#control, 0, IDLE);
  }

  end() {
    return this.#worker.terminate();
  }
}

async function nanosOf(run, batch) {
  const begun = process.hrtime.bigint();
  await run(batch);
  return process.hrtime.bigint() - begun;
}

/** How many operations take about BATCH_NANOS: thrice in a row, since a single one may have waited for a processor. */
async function batchOf(run) {
  for (let batch = 1, slow = 0; ; ) {
    slow = (await nanosOf(run, batch)) > BATCH_NANOS ? slow + 1 : 0;
    if (slow === 3 || batch >= 1 << 24) return batch;
    if (slow === 0) batch *= 2;
  }
}

/**
 * The median of batches: what else the machine does meanwhile takes its time from some of them. `progress` counts what the other
 * thread does: batches count in which it was at least half as fast as in its best one, else it was not at work all the time.
 */
async function measure(run, millis, progress) {
  const batch = await batchOf(run);
  const batches = [];
  let work = 0;
  const begun = process.hrtime.bigint();
  const until = begun + BigInt(millis) * 1_000_000n;
  for (let before = begun; before < until; ) {
    const others = progress();
    work += await run(batch);
    const after = process.hrtime.bigint();
    const nanos = Number(after - before) / batch;
    batches.push({ nanos, rate: ((progress() - others) >>> 0) / nanos });
    before = after;
  }
  const best = batches.reduce((most, { rate }) => Math.max(most, rate), 0);
  const counted = batches.filter(({ rate }) => 2 * rate >= best).map(({ nanos }) => nanos);
  return { nanos: median(counted), work: work / (batches.length * batch) };
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];

/** On memory of its own: the other thread is its only writer elsewhere. */
async function openTurns(open, openOther, row, sizes) {
  const { run, shared } = await open(row, sizes);
  return { run, change: openOther(shared, row, sizes) };
}

/** `run` after an operation of the other's in the same thread, whose own time is taken off: the same changes, and nobody to contend with. */
async function measureInTurns({ run, change }, millis) {
  const both = (n) => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      change(1);
      sum += run(1);
    }
    return sum;
  };
  const changes = (n) => {
    for (let i = 0; i < n; i++) change(1);
  };
  changes(1_000);
  const batch = await batchOf(both);
  const differences = [];
  let work = 0;
  const until = process.hrtime.bigint() + BigInt(millis) * 1_000_000n;
  for (let begun = process.hrtime.bigint(); begun < until; begun = process.hrtime.bigint()) {
    work += both(batch);
    const between = process.hrtime.bigint();
    changes(batch);
    differences.push(Number(2n * between - begun - process.hrtime.bigint()) / batch);
  }
  return { nanos: median(differences), work: work / (differences.length * batch) };
}

/** `open(row, sizes)` gives run(n) → work done, what the other thread needs, and end(); `other(shared, row, sizes)` the other's run(n). */
export async function serve(module, open, openOther) {
  const { row, sizes } = JSON.parse(process.argv[2]);
  const side = await open(row, sizes);
  const turns = row.isRead && openOther !== undefined ? await openTurns(open, openOther, row, sizes) : undefined;
  const other = new Other(module, side, row, sizes);
  for await (const command of createInterface({ input: process.stdin })) {
    const [mode, millis] = command.split(' ');
    if (mode === 'busy') await other.run();
    const before = other.operations;
    const begun = performance.now();
    const isInTurns = mode === 'turns' && turns !== undefined;
    const measured = await (isInTurns
      ? measureInTurns(turns, Number(millis))
      : measure(side.run, Number(millis), () => other.operations));
    const others = ((other.operations - before) >>> 0) / ((performance.now() - begun) / 1_000);
    other.pause();
    process.stdout.write(`${JSON.stringify({ ...measured, others })}\n`);
  }
  await other.end();
  await side.end?.();
}
