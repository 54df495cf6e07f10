// L6: the control thread's core on virtual time, with programs, clients and worker threads that misbehave: so many seeds, nothing wrong in
// any. A seed that fails is played again by itself: `npm run simulate -- seed=N`. usage: l6-simulation.mjs [seeds=1000] [from=N | seed=N]
import { loadSimulation } from '../../test/simulation/load.mjs';

const given = new Map(process.argv.slice(2).map((word) => (word.includes('=') ? word.split('=') : ['seeds', word])));
const alone = given.get('seed');
const seeds = alone === undefined ? Number(given.get('seeds') ?? 1_000) : 1;
const from = Number(alone ?? given.get('from') ?? 1);

const wrong = [];
let steps = 0;
let operations = 0;
const begun = performance.now();
const simulation = await loadSimulation();
try {
  for (let seed = from; seed < from + seeds; seed++) {
    const played = await simulation.play(seed, alone === undefined ? undefined : console.log);
    steps += played.steps;
    operations += played.operations;
    if (played.wrong === null) continue;
    wrong.push(seed);
    console.log(`seed ${seed}, step ${played.steps}: ${played.wrong}`);
  }
} finally {
  simulation.remove();
}
const seconds = (performance.now() - begun) / 1_000;
console.log(
  `L6 ${wrong.length === 0 ? 'met' : 'MISSED'}: ${seeds} seeds from ${from}, ${operations} operations, ${steps} steps in ${seconds.toFixed(1)} s, ${wrong.length} wrong${wrong.length > 0 ? `, the first is seed ${wrong[0]}` : ''}`,
);
process.exitCode = wrong.length === 0 ? 0 : 1;
