/**
 * explore() and verify() for the models of this project: count what was explored, for the summary that `npm run model` prints
 * at its end (summary.ts).
 */
import { appendFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { LIMIT } from './bound.ts';
import { type Explored, type ExploreOptions, explore as exploreUncounted, type Model, verified } from './explore.ts';
import { type Tally, tallyLine } from './summary.ts';

export * from './explore.ts';

const tally: Tally = { file: '', runs: 0, refused: 0, executions: 0, pruned: 0, bounds: {}, cut: 0 };

export function explore(make: () => Model, options: ExploreOptions = {}): Explored {
  const explored = exploreUncounted(make, { limit: LIMIT, ...options });
  tally.executions += explored.executions;
  tally.pruned += explored.pruned;
  const { preemptions = 0, limit } = options;
  if (limit === undefined && preemptions > 0 && explored.error?.startsWith(`limit=${LIMIT}:`) === true) {
    tally.cut++;
    return explore(make, { ...options, preemptions: preemptions - 1 });
  }
  tally.runs++;
  if (explored.ok) countBound(options.preemptions);
  else tally.refused++;
  return explored;
}

/** One more scenario of which every execution is known. */
function countBound(preemptions: number | undefined): void {
  const bound = preemptions ?? 'any';
  tally.bounds[bound] = (tally.bounds[bound] ?? 0) + 1;
}

export const verify = (make: () => Model, options: ExploreOptions = {}): Explored => verified(explore(make, options));

afterAll(() => {
  tally.file = basename(expect.getState().testPath ?? '', '.model.ts');
  const { MODEL_TALLY } = process.env;
  if (MODEL_TALLY === undefined) console.log(tallyLine(tally));
  else appendFileSync(join(MODEL_TALLY, 'tally'), `${JSON.stringify(tally)}\n`);
});
