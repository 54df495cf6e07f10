// The core against the same patterns in Go and against messages to an owning thread, a row for each operation of the reference's
// page. `npm run bench` measures all and writes bench/results/lockfree.json, docs/benchmarks.md and a table of docs/lock-free-design.md. Of `-- quick` (fewer rounds),
// `row=TEXT` (rows whose names have TEXT) and `src` (the core from its sources, not as built) each also writes nothing.
import { buildGo, bundle, findGo, requireBuilt, scratch } from './lockfree/build.mjs';
import { operationsTable } from './lockfree/operations.mjs';
import { lockfreeTable, machine, machineLine, writeResults, writeSection } from './lockfree/report.mjs';
import { ROWS, SIZES } from './lockfree/rows.mjs';
import { measureRow, sidesOf } from './lockfree/sides.mjs';

const FULL = { rounds: 9, millis: 150 };
const QUICK = { rounds: 5, millis: 50 };

const args = process.argv.slice(2);
const only = args.find((arg) => arg.startsWith('row='))?.slice('row='.length);
const isFromSource = args.includes('src');
const effort = args.includes('quick') ? QUICK : FULL;

const explanation = ({ rounds, millis }) => `\
## The lock-free core

\`npm run bench\`. Each row is one operation: ours (\`dist/lockfree.js\`, and the process manager's cells and registry), the same pattern in
Go (\`bench/baseline-go\`: \`sync.Map\`, atomics, a mutexed ring, a log under an \`RWMutex\`; GOMAXPROCS by default), and plain objects of an
owning thread that is asked by \`postMessage\`. First alone, then while another thread does without a pause what its column says. Every side
runs in a program of its own; medians of ${rounds} interleaved rounds of ${millis} ms, each the median of those of its batches of half a millisecond
in which the other thread was at work. Rings and journals have one writer, so their
writers are measured against a reader. A percentage says that an operation found only so much of what it finds alone, because the other
thread was overwriting it. Of a read, *in turns* is what it takes after one of those operations that its own thread has done just before,
their time taken off: it reads the same changes, and nobody contends. The first row shares nothing: one atomic add, and what the machine itself takes for a second busy thread;
the second row is one load of a word that the other thread changes, the least that any read can be. By these two the columns of ratios
are to be read.`;

const NOTES = `\
What the sides do not share: our status is a snapshot of one instant, Go's twelve atomics are read one after another. Go's log keeps
the strings that it is given, ours copies the entry's bytes, and makes strings of the 20 that a query gives. Messages answer
one question at a time; the other thread keeps 16 under way.`;

async function main() {
  if (!isFromSource) requireBuilt('lockfree.js');
  const { directory, remove } = scratch();
  try {
    const go = findGo();
    if (go === null) console.log('Go is not installed: its column stays empty.');
    const about = machine(go);
    const program = go === null ? null : buildGo(go, 'lockfree', directory);
    const modules = { BENCH_SHAPES: await bundle('src/process/shared-memory.ts', directory) };
    if (isFromSource) modules.BENCH_CORE = await bundle('src/lockfree/index.ts', directory);
    const rows = [];
    for (const row of ROWS.filter(({ name }) => only === undefined || name.includes(only))) {
      rows.push(await measureRow(row, sidesOf(program), { modules, ...effort }));
      process.stderr.write(`${rows.length} `);
    }
    process.stderr.write('\n');
    const figures = lockfreeTable(rows);
    console.log(`${machineLine(about)}\n\n${figures}`);
    if (args.length > 0) return;
    writeResults('lockfree', { ...about, ...effort, sizes: SIZES, rows });
    writeSection('lockfree', `${explanation(effort)}\n\n${machineLine(about)}\n\n${figures}\n\n${NOTES}`);
    const from = 'From the same run as the table in [benchmarks.md](benchmarks.md), which has the rest of it.';
    writeSection('operations', `${from} ${machineLine(about)}\n\n${operationsTable(rows)}`, 'lock-free-design');
  } finally {
    remove();
  }
}

await main();
