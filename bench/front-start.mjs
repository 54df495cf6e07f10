// What a front costs when the daemon is up, against an empty Node program: `node bin.cjs` with stdin at its end against `node -e 0`,
// and the same until `initialize` is answered. Interleaved runs in one process; medians and their ratio. RUNS=n changes the number.
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { BIN, environment, median, openFront, pidsWith, quantile, scratch, until } from './bars/front.mjs';

const RUNS = Number(process.env.RUNS ?? 60);
const MOST_RATIO = 1.3;
const { directory, home, remove } = scratch();
const env = environment(home);
const INITIALIZE = `${JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'bench', version: '1' } },
})}\n`;

/** Time until the program has ended by itself. */
function ended(args) {
  const nothing = openSync('/dev/null', 'r');
  const begun = performance.now();
  const child = spawn(process.execPath, args, { cwd: directory, env, stdio: [nothing, 'ignore', 'inherit'] });
  closeSync(nothing);
  return new Promise((resolve) => child.on('exit', () => resolve(performance.now() - begun)));
}

/** Time until the first line comes out of it. */
async function answered(args) {
  const begun = performance.now();
  const child = spawn(process.execPath, args, { cwd: directory, env, stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.write(INITIALIZE);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const took = performance.now() - begun;
  child.stdin.end();
  await new Promise((resolve) => child.on('exit', resolve));
  return took;
}

const ECHO = 'process.stdin.once("data", (line) => { process.stdout.write(line); process.stdin.destroy(); })';
const ways = {
  'node -e 0': () => ended(['-e', '0']),
  'front, stdin at its end': () => ended([BIN]),
  'node, one line in and out': () => answered(['-e', ECHO]),
  'front, initialize answered': () => answered([BIN]),
};
const times = new Map(Object.keys(ways).map((name) => [name, []]));

const keeper = await openFront({ home, cwd: directory });
try {
  for (const way of Object.values(ways)) await way();
  for (let run = 0; run < RUNS; run++)
    for (const [name, way] of Object.entries(ways)) times.get(name).push(await way());
} finally {
  await keeper.call('daemon', { action: 'stop' });
  await keeper.close();
  await until('nothing is left', () => pidsWith(`DEVTOOL_MCP_HOME=${home}`).length === 0);
  remove();
}

for (const [name, values] of times)
  console.log(
    `${name.padEnd(28)} median ${median(values).toFixed(1)} ms, fastest ${quantile(values, 0).toFixed(1)} ms, p90 ${quantile(values, 0.9).toFixed(1)} ms`,
  );
const ratio = (a, b) => median(times.get(a)) / median(times.get(b));
const [start, answer] = [
  ratio('front, stdin at its end', 'node -e 0'),
  ratio('front, initialize answered', 'node, one line in and out'),
];
console.log(
  `front start ${start <= MOST_RATIO ? 'met' : 'MISSED'}: ${start.toFixed(2)} × \`node -e 0\` (bar ${MOST_RATIO}); to the answer of initialize ${answer.toFixed(2)} × a Node program that answers one line (${RUNS} runs)`,
);
process.exitCode = start <= MOST_RATIO ? 0 : 1;
