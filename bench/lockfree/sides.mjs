// Starts the sides as programs and asks them in turn: all rounds of a row interleave its sides.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SIZES } from './rows.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** The programs by name; without `go` two of them. */
export const sidesOf = (go) => ({
  ours: [process.execPath, here('./ours.mjs')],
  ...(go === null ? {} : { go: [go] }),
  messages: [process.execPath, here('./messages.mjs')],
});

async function openSide([program, ...args], row, modules) {
  const told = JSON.stringify({ row, sizes: SIZES });
  const env = { ...process.env, ...modules };
  const child = spawn(program, [...args, told], { stdio: ['pipe', 'pipe', 'inherit'], env });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async measure(mode, millis) {
      child.stdin.write(`${mode} ${millis}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`row=${row.name}: ${args.at(-1) ?? program} ended in the midst`);
      return JSON.parse(value);
    },
    async end() {
      child.stdin.end();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

function summary(samples) {
  return {
    nanos: median(samples.map(({ nanos }) => nanos)),
    work: median(samples.map(({ work }) => work)),
    others: median(samples.map(({ others }) => others)),
    samples: samples.map(({ nanos }) => nanos),
  };
}

/** What only our side can do, and only a read: a change before each operation, in the same thread. */
const modesOf = (name, row) => (name === 'ours' && row.isRead ? ['free', 'busy', 'turns'] : ['free', 'busy']);

/** Medians of every side, `free` and `busy`; of our reads also in `turns` with changes. */
export async function measureRow(row, programs, { modules, rounds, millis }) {
  const sides = new Map();
  const samples = new Map();
  try {
    for (const [name, program] of Object.entries(programs)) {
      const side = await openSide(program, row, modules);
      sides.set(name, side);
      samples.set(name, Object.fromEntries(modesOf(name, row).map((mode) => [mode, []])));
      for (const mode of ['free', ...modesOf(name, row)]) await side.measure(mode, millis);
    }
    for (let round = 0; round < rounds; round++) {
      for (const mode of ['free', 'busy', 'turns'])
        for (const [name, side] of sides) {
          const measured = samples.get(name)[mode];
          if (measured !== undefined) measured.push(await side.measure(mode, millis));
        }
    }
  } finally {
    for (const side of sides.values()) await side.end();
  }
  const summaries = [...samples].map(([name, modes]) => [
    name,
    Object.fromEntries(Object.entries(modes).map(([mode, measured]) => [mode, summary(measured)])),
  ]);
  return { ...row, sides: Object.fromEntries(summaries) };
}
