// What the proxy's log costs: small JSON through several programs with the log and as many whose tap keeps nothing, in turns. Each
// compiler decides for itself, so that two programs of one kind differ by more than the log costs: that is the noise.
// `node bench/bars/p-log-cost.mjs [rounds=12] [programs=3] [connections=1,32,256]`; needs nginx and wrk.
import { scratch } from '../lockfree/build.mjs';
import { startEcho } from '../proxy/echo.mjs';
import { wrk } from '../proxy/load.mjs';
import { findCommand, startTarget } from '../proxy/nginx.mjs';
import { processorNanos } from '../proxy/processor.mjs';
import { endAll, startOurs, startSilent } from '../proxy/sides.mjs';

const rounds = Number(process.argv[2] ?? 12);
const programs = Number(process.argv[3] ?? 3);
const LOADS = (process.argv[4] ?? '1,32,256').split(',').map(Number);
const MOST = 1.1;
const WARM_SECONDS = 3;

const nginx = findCommand('nginx');
const command = findCommand('wrk');
if (nginx === null || command === null) {
  console.log('skipped: needs nginx and wrk');
  process.exit(0);
}

/** Microseconds of processor a request, and requests a second. */
async function cost({ child, port }, connections, seconds) {
  const before = processorNanos(child.pid);
  const { perSecond } = await wrk(command, `http://127.0.0.1:${port}/json`, { connections, seconds });
  return { processor: (processorNanos(child.pid) - before) / 1e3 / (perSecond * seconds), wall: 1e6 / perSecond };
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
/** Of each program the median of its rounds. */
const medians = (samples, what) => samples.map((list) => median(list.map((sample) => sample[what])));
const spread = (values) => Math.max(...values) / Math.min(...values);

/** Turns go forwards and backwards, so that no side always comes after the same other one. */
async function measure(sides, connections) {
  const samples = sides.map(() => []);
  for (const side of sides) await cost(side, connections, WARM_SECONDS);
  for (let round = 0; round < rounds; round++) {
    const order = sides.map((_, n) => n);
    for (const n of round % 2 === 0 ? order : order.reverse()) samples[n].push(await cost(sides[n], connections, 1));
  }
  const [logged, silent] = [samples.filter((_, n) => n % 2 === 0), samples.filter((_, n) => n % 2 === 1)];
  const ratio = (what) => median(medians(logged, what)) / median(medians(silent, what));
  return {
    processor: ratio('processor'),
    wall: ratio('wall'),
    micros: median(medians(logged, 'processor')),
    noise: Math.max(spread(medians(logged, 'processor')), spread(medians(silent, 'processor'))),
  };
}

const { directory, remove } = scratch();
const started = [];
const echo = await startEcho();
try {
  const target = await startTarget(nginx, directory, echo.port);
  started.push(target.child);
  const url = `http://127.0.0.1:${target.port}`;
  const sides = [];
  for (let n = 0; n < programs; n++)
    for (const start of [startOurs, startSilent]) {
      sides.push(await start(url, directory));
      started.push(sides.at(-1).child);
    }
  const words = [];
  for (const connections of LOADS) {
    const { processor, wall, micros, noise } = await measure(sides, connections);
    if (processor > MOST) process.exitCode = 1;
    words.push(
      `over ${connections} ${processor.toFixed(3)} of its processor time (${micros.toFixed(0)} µs a request; programs of one kind differ by ${noise.toFixed(2)}), ${wall.toFixed(3)} of its time`,
    );
  }
  console.log(`log, on ÷ off: ${words.join('; ')} (${programs} programs each, ${rounds} rounds)`);
} finally {
  await endAll(started);
  echo.end();
  remove();
}
