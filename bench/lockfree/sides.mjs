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

/** Medians of every side, `free` and `busy`. */
export async function measureRow(row, programs, { modules, rounds, millis }) {
  const sides = new Map();
  const samples = new Map();
  try {
    for (const [name, program] of Object.entries(programs)) {
      const side = await openSide(program, row, modules);
      sides.set(name, side);
      samples.set(name, { free: [], busy: [] });
      for (const mode of ['free', 'busy', 'free']) await side.measure(mode, millis);
    }
    for (let round = 0; round < rounds; round++) {
      for (const mode of ['free', 'busy'])
        for (const [name, side] of sides) samples.get(name)[mode].push(await side.measure(mode, millis));
    }
  } finally {
    for (const side of sides.values()) await side.end();
  }
  const summaries = [...samples].map(([name, { free, busy }]) => [name, { free: summary(free), busy: summary(busy) }]);
  return { ...row, sides: Object.fromEntries(summaries) };
}
