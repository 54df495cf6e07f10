/**
 * explore() and verify() for the models of this project: count what was explored, for the summary that `npm run model` prints
 * at its end (summary.ts).
 */
import { appendFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { type Explored, type ExploreOptions, explore as exploreUncounted, type Model, verified } from './explore.ts';
import { type Tally, tallyLine } from './summary.ts';

export * from './explore.ts';

const tally: Tally = { file: '', runs: 0, refused: 0, executions: 0, pruned: 0 };

export function explore(make: () => Model, options: ExploreOptions = {}): Explored {
  const explored = exploreUncounted(make, options);
  tally.runs++;
  if (!explored.ok) tally.refused++;
  tally.executions += explored.executions;
  tally.pruned += explored.pruned;
  return explored;
}

export const verify = (make: () => Model, options: ExploreOptions = {}): Explored => verified(explore(make, options));

afterAll(() => {
  tally.file = basename(expect.getState().testPath ?? '', '.model.ts');
  const { MODEL_TALLY } = process.env;
  if (MODEL_TALLY === undefined) console.log(tallyLine(tally));
  else appendFileSync(join(MODEL_TALLY, 'tally'), `${JSON.stringify(tally)}\n`);
});
