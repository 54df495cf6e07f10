// S4: every reader of what others wrote, fuzzed with the code that ran as a guide: nothing uncaught, no input of 100 ms of processor time.
// usage: s4-fuzz.mjs [seconds=60 for each] [seed] [keep: what reaches new code is kept in test/fuzz/corpus.json] [reader …: of these alone]
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const seconds = Number(process.argv[2] ?? 60);
const seed = Number(process.argv[3] ?? Date.now() % 1e6);
const keeps = process.argv[4] === 'keep';
const chosen = process.argv.slice(keeps ? 5 : 4);
const MOST_MS = 100;
const MOST_KEPT = 40;
const beside = (name) => fileURLToPath(new URL(`../../test/fuzz/${name}`, import.meta.url));

const known = JSON.parse(readFileSync(beside('corpus.json'), 'utf8'));
const directory = mkdtempSync(join(tmpdir(), 'devtool-mcp-fuzzer-'));
let [inputs, thrown, slow, slowest, targets] = [0, 0, 0, 0, 0];
try {
  const file = join(directory, 'fuzzer.mjs');
  await build({
    entryPoints: [beside('fuzzer.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    mainFields: ['module', 'main'],
    alias: { '#atomic': fileURLToPath(new URL('../../src/lockfree/atomic.ts', import.meta.url)) },
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
    },
    logLevel: 'warning',
  });
  const { fuzz, NAMES } = await import(pathToFileURL(file).href);
  for (const name of chosen.length === 0 ? NAMES : NAMES.filter((each) => chosen.includes(each))) {
    const corpus = (known[name] ?? []).map((text) => Buffer.from(text, 'base64'));
    const found = await fuzz(name, { seconds, seed, corpus });
    targets += 1;
    inputs += found.inputs;
    thrown += found.thrown.length;
    slow += found.slowestMs > MOST_MS ? 1 : 0;
    slowest = Math.max(slowest, found.slowestMs);
    console.log(
      `${name}: ${found.inputs} inputs, ${found.blocks} blocks, ${found.corpus.length} kept, slowest ${found.slowestMs.toFixed(0)} ms`,
    );
    for (const each of found.thrown) console.log(`  thrown: ${each.slice(0, 2_000)}`);
    if (found.slowestMs > MOST_MS) console.log(`  slow: ${found.slowest.slice(0, 2_000)}`);
    known[name] = found.corpus
      .filter(({ length }) => length <= 2_048)
      .slice(0, MOST_KEPT)
      .map((bytes) => bytes.toString('base64'));
  }
  if (keeps) writeFileSync(beside('corpus.json'), `${JSON.stringify(known, null, 2)}\n`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}
const met = thrown === 0 && slow === 0;
console.log(
  `S4 ${met ? 'met' : 'MISSED'} (seed ${seed}): ${targets} readers, ${seconds} s each, ${inputs} inputs, ${thrown} uncaught, slowest ${slowest.toFixed(0)} ms of processor time (at most ${MOST_MS})`,
);
process.exitCode = met ? 0 : 1;
