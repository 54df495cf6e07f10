// L6: the control thread's core on virtual time, with programs, clients and worker threads that misbehave: so many seeds, nothing wrong in
// any. A seed that fails is played again by itself: `npm run simulate -- seed=N`. usage: l6-simulation.mjs [seeds=1000] [from=N | seed=N]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const given = new Map(process.argv.slice(2).map((word) => (word.includes('=') ? word.split('=') : ['seeds', word])));
const alone = given.get('seed');
const seeds = alone === undefined ? Number(given.get('seeds') ?? 1_000) : 1;
const from = Number(alone ?? given.get('from') ?? 1);
const beside = (name) => fileURLToPath(new URL(`../../test/simulation/${name}`, import.meta.url));

const directory = mkdtempSync(join(tmpdir(), 'devtool-mcp-simulation-'));
const file = join(directory, 'program.mjs');
const wrong = [];
let steps = 0;
let operations = 0;
const begun = performance.now();
try {
  await build({
    entryPoints: [beside('play.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    alias: { '#atomic': beside('atomic.ts') },
    logLevel: 'warning',
  });
  const { play } = await import(pathToFileURL(file).href);
  for (let seed = from; seed < from + seeds; seed++) {
    const played = await play(seed, alone === undefined ? undefined : console.log);
    steps += played.steps;
    operations += played.operations;
    if (played.wrong === null) continue;
    wrong.push(seed);
    console.log(`seed ${seed}, step ${played.steps}: ${played.wrong}`);
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
const seconds = (performance.now() - begun) / 1_000;
console.log(
  `L6 ${wrong.length === 0 ? 'met' : 'MISSED'}: ${seeds} seeds from ${from}, ${operations} operations, ${steps} steps in ${seconds.toFixed(1)} s, ${wrong.length} wrong${wrong.length > 0 ? `, the first is seed ${wrong[0]}` : ''}`,
);
process.exitCode = wrong.length === 0 ? 0 : 1;
