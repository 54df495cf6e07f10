// L2: scenarios by chance on real threads; every history must have a legal order. `node bench/bars/l2-linearizable.mjs [scenarios] [runs] [seed] [twin]`
// With `twin` it plays a structure that is wrong on purpose, and has to find that out.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { STRUCTURES, TWINS } from './core/l2-structures.mjs';
import { chance } from './core/records.mjs';

const scenarios = Number(process.argv[2] ?? 200);
const times = Number(process.argv[3] ?? 20_000);
const seed = Number(process.argv[4] ?? Date.now() % 1_000_000);
const THREADS = 2;
const MOST = 3;
const below = chance(seed);
const linearizable = await loadChecker();

const control = new SharedArrayBuffer(12);
/** Of each run, thread and step: the ticks of a clock at its call and return, and its answer. */
const memory = new SharedArrayBuffer(times * THREADS * MOST * 3 * 4);
const steps = new Int32Array(memory);
const CLOCK = 2;
let failed = (_error) => {};
const workers = Array.from(
  { length: THREADS },
  (_, thread) =>
    new Worker(new URL('./core/l2-worker.mjs', import.meta.url), {
      workerData: { thread, threads: THREADS, times, control, steps: memory },
    }),
);

for (const worker of workers) worker.on('error', (error) => failed(error));

const violations = new Map();
let histories = 0;
const isTwins = process.argv[5] === 'twin';
const names = Object.keys(isTwins ? TWINS : STRUCTURES);
for (const name of names) violations.set(name, 0);
for (let n = 0; n < scenarios; n++) {
  const structure = names[n % names.length];
  const { bytes, operations, specification } = { ...STRUCTURES, ...TWINS }[structure];
  const parts = workers.map((_, thread) => Array.from({ length: 1 + below(MOST) }, () => operations(below, thread)));
  const buffers = [new SharedArrayBuffer(bytes), new SharedArrayBuffer(bytes)];
  new Int32Array(control)[CLOCK] = 0;
  await Promise.all(
    workers.map((worker, thread) => {
      const played = new Promise((resolve, reject) => {
        worker.once('message', resolve);
        failed = reject;
      });
      worker.postMessage({ structure, buffers, operations: parts[thread], most: MOST });
      return played;
    }),
  );
  const places = placesOf(parts);
  const seen = new Set();
  for (let run = 0; run < times; run++) {
    const key = keyOf(places, run);
    if (seen.has(key)) continue;
    seen.add(key);
    const history = historyOf(places, run);
    if (linearizable(history, specification)) continue;
    violations.set(structure, violations.get(structure) + 1);
    if (violations.get(structure) <= 2) console.log(`${structure}: ${JSON.stringify(history)}`);
  }
  histories += seen.size;
}
await Promise.all(workers.map((worker) => worker.terminate()));
const counts = [...violations].map(([name, count]) => `${name} ${count}`).join(', ');
console.log(
  `L2 seed ${seed}: ${scenarios} scenarios x ${times} runs, ${histories} different histories; violations: ${counts}`,
);
process.exitCode = [...violations.values()].every((count) => count > 0 === isTwins) ? 0 : 1;

/** Where a scenario's steps are noted, from that of the first run on. */
function placesOf(parts) {
  return parts.flatMap((part, thread) =>
    part.map((operation, index) => ({ operation: { ...operation, thread }, at: (thread * MOST + index) * 3 })),
  );
}

/** A run's steps. All the ticks between two gates are its own, two a step: less those before, they are its order. */
function historyOf(places, run) {
  const from = run * THREADS * MOST * 3;
  const first = run * places.length * 2;
  return places.map(({ operation, at }) => ({
    ...operation,
    call: steps[from + at] - first,
    ret: steps[from + at + 1] - first,
    out: steps[from + at + 2],
  }));
}

/** The same for equal histories of a scenario. */
function keyOf(places, run) {
  const from = run * THREADS * MOST * 3;
  const first = run * places.length * 2;
  let key = '';
  for (const { at } of places) {
    const out = steps[from + at + 2];
    key += String.fromCharCode(steps[from + at] - first, steps[from + at + 1] - first, out >>> 16, out & 0xffff);
  }
  return key;
}

/** The model checker's own. */
async function loadChecker() {
  const scratch = mkdtempSync(join(tmpdir(), 'devtool-mcp-l2-'));
  const outfile = join(scratch, 'linearizable.mjs');
  const entry = fileURLToPath(new URL('../../test/model/linearizable.ts', import.meta.url));
  await build({ entryPoints: [entry], outfile, bundle: true, format: 'esm', logLevel: 'warning' });
  const { linearizable: check } = await import(pathToFileURL(outfile).href);
  rmSync(scratch, { recursive: true, force: true });
  return check;
}
