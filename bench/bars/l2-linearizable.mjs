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
const ticks = new SharedArrayBuffer(times * THREADS * MOST * 3 * 4);
const written = new Int32Array(ticks);
let failed = (_error) => {};
const workers = Array.from(
  { length: THREADS },
  (_, thread) =>
    new Worker(new URL('./core/l2-worker.mjs', import.meta.url), {
      workerData: { thread, threads: THREADS, times, control, ticks },
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
  const buffer = new SharedArrayBuffer(bytes);
  await Promise.all(
    workers.map((worker, thread) => {
      const played = new Promise((resolve, reject) => {
        worker.once('message', resolve);
        failed = reject;
      });
      worker.postMessage({ structure, buffer, operations: parts[thread], most: MOST });
      return played;
    }),
  );
  const seen = new Set();
  for (let run = 0; run < times; run++) {
    const history = historyOf(run, parts);
    const key = JSON.stringify(history);
    if (seen.has(key)) continue;
    seen.add(key);
    if (linearizable(history, specification)) continue;
    violations.set(structure, violations.get(structure) + 1);
    if (violations.get(structure) <= 2) console.log(`${structure}: ${key}`);
  }
  histories += seen.size;
}
await Promise.all(workers.map((worker) => worker.terminate()));
const counts = [...violations].map(([name, count]) => `${name} ${count}`).join(', ');
console.log(
  `L2 seed ${seed}: ${scenarios} scenarios x ${times} runs, ${histories} different histories; violations: ${counts}`,
);
process.exitCode = [...violations.values()].every((count) => count > 0 === isTwins) ? 0 : 1;

/** With times as ranks, so that equal histories are equal. */
function historyOf(run, parts) {
  const steps = parts.flatMap((part, thread) =>
    part.map((operation, index) => {
      const at = ((run * THREADS + thread) * MOST + index) * 3;
      return { ...operation, thread, call: written[at], ret: written[at + 1], out: written[at + 2] };
    }),
  );
  const ranks = new Map(
    steps
      .flatMap(({ call, ret }) => [call, ret])
      .sort((a, b) => a - b)
      .map((tick, rank) => [tick, rank]),
  );
  return steps.map((step) => ({ ...step, call: ranks.get(step.call), ret: ranks.get(step.ret) }));
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
