import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadSimulation, type Simulation } from './load.mjs';

let simulation: Simulation;
beforeAll(async () => {
  simulation = await loadSimulation();
});
afterAll(() => simulation.remove());

/** The bar plays a thousand: bench/bars/l6-simulation.mjs. */
const SEEDS = 25;

test('nothing is wrong at any instant of some seconds of everything at once, nor after them', async () => {
  for (let seed = 1; seed <= SEEDS; seed++) expect(await simulation.play(seed)).toMatchObject({ seed, wrong: null });
});

// One that fails without it: a start waits for what outlived the run before, and spawns when the shutdown has long been asked for.
test('the grace period of a stop begins when it is asked for, whatever start it meets', async () => {
  expect(await simulation.play(278)).toMatchObject({ wrong: null });
});

test('a seed is one run', async () => {
  const told: string[][] = [];
  for (let n = 0; n < 2; n++) {
    const lines: string[] = [];
    await simulation.play(7, (line) => lines.push(line));
    told.push(lines);
  }
  expect(told[0]).toEqual(told[1]);
  expect(told[0]?.length).toBeGreaterThan(50);
});
