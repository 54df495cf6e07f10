/**
 * State words, counters and flags on real threads: every move of a state is somebody's, no add is lost, of several raisers one is
 * the first. Repeat a run with STRESS_SEED.
 */
import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  Counters,
  countersLayout,
  FLAG,
  Flag,
  PARK,
  Park,
  Segment,
  STATE_WORD,
  StateWord,
} from '../../src/lockfree/index.ts';
import { type Bundle, bundle } from './bundle.ts';
import { enlist } from './crew.ts';
import { forbidden } from './outcomes.ts';
import { randomFrom } from './random.ts';
import {
  noVisits,
  STATES,
  type State,
  TABLE,
  TOTALS,
  type Visits,
  type WordsReport,
  type WordsTask,
} from './words-tasks.ts';

const SEED = Number(process.env.STRESS_SEED ?? randomInt(2 ** 31));
const ROUNDS = Number(process.env.STRESS_ROUNDS ?? 200_000);
console.log(`STRESS_SEED=${SEED} STRESS_ROUNDS=${ROUNDS}`);

const MOST_THREADS = 8;
const ACCEPTABLE = new Set(['moved', 'lost the race', 'total: grows', 'raised', 'was up']);

let program: Bundle;
beforeAll(async () => {
  program = await bundle('words-worker.ts');
});
afterAll(() => program.remove());

function fresh() {
  const segment = Segment.create({
    state: STATE_WORD.bytes,
    totals: countersLayout(TOTALS).bytes,
    own: MOST_THREADS * 8,
    flag: FLAG.bytes,
    inside: 4,
    start: PARK.bytes,
  });
  const state = new StateWord<State>(segment.region('state').words, 0, TABLE);
  state.reset('pending');
  return {
    segment,
    state,
    start: new Park(segment.region('start').words, 0),
    total: () => new Counters(segment.region('totals').wide, 0, ['sum']).get('sum'),
    own: () => segment.region('own').wide.reduce((sum, n) => sum + Number(n), 0),
    flag: new Flag(segment.region('flag').words, 0),
    inside: () => segment.region('inside').words[0] ?? 0,
  };
}

type Made = Omit<WordsTask, 'buffer' | 'thread' | 'seed'>;

async function play(threads: number, made: Made) {
  const memory = fresh();
  const tasks = Array.from({ length: threads }, (_, thread) => ({
    ...{ buffer: memory.segment.buffer, thread, seed: SEED + thread },
    ...made,
  }));
  const crew = await enlist<WordsReport>(program.file, tasks, memory.start);
  return { memory, reports: await crew.run() };
}

/** Of every state: how often it was come to more than it was left, beginning in `pending`. */
function visits(reports: readonly WordsReport[]): Visits {
  const sum = only('pending');
  for (const report of reports) for (const state of STATES) sum[state] += report.visits[state];
  return sum;
}

const only = (state: State): Visits => ({ ...noVisits(), [state]: 1 });

describe.each([2, 4, MOST_THREADS])('%i threads', (threads) => {
  const rounds = Math.ceil(ROUNDS / threads);

  test('each visit to a state is left by one of them', async () => {
    const { memory, reports } = await play(threads, { role: 'mover', rounds });
    expect(
      forbidden(
        reports.map(({ outcomes }) => outcomes),
        ACCEPTABLE,
      ),
    ).toEqual([]);
    expect(visits(reports)).toEqual(only(memory.state.get()));
  });

  test('the total is the sum of what they added, and grows in every reader’s eyes', async () => {
    const { memory, reports } = await play(threads, { role: 'adder', rounds });
    expect(
      forbidden(
        reports.map(({ outcomes }) => outcomes),
        ACCEPTABLE,
      ),
    ).toEqual([]);
    expect(memory.total()).toBe(reports.reduce((sum, report) => sum + report.sum, 0));
  });

  test('between a raise and its lowering there is nobody else', async () => {
    const { memory, reports } = await play(threads, { role: 'raiser', rounds });
    expect(
      forbidden(
        reports.map(({ outcomes }) => outcomes),
        ACCEPTABLE,
      ),
    ).toEqual([]);
    expect(memory.inside()).toBe(reports.reduce((sum, report) => sum + report.sum, 0));
    expect(memory.flag.isUp()).toBe(false);
  });
});

describe('wrong twins are caught', () => {
  const wrong = { rounds: 2_000, twin: 'loads, then stores' } as const;

  test('a state that is loaded, then stored', async () => {
    const { memory, reports } = await play(2, { role: 'mover', ...wrong });
    expect(visits(reports)).not.toEqual(only(memory.state.get()));
  });

  test('a total that is loaded, then stored', async () => {
    const { memory, reports } = await play(2, { role: 'adder', ...wrong });
    expect(memory.total()).toBeLessThan(reports.reduce((sum, report) => sum + report.sum, 0));
  });

  test('a flag that is looked at, then raised', async () => {
    const { memory, reports } = await play(2, { role: 'raiser', ...wrong });
    expect(memory.inside()).not.toBe(reports.reduce((sum, report) => sum + report.sum, 0));
  });
});

describe('threads ended in mid-operation', () => {
  test('have moved a state or have not, and have added or have not', async () => {
    const random = randomFrom(SEED);
    for (let life = 0; life < 8; life++) {
      const memory = fresh();
      const endless = { buffer: memory.segment.buffer, rounds: Number.POSITIVE_INFINITY };
      const tasks = (['mover', 'mover', 'adder', 'adder'] as const).map((role, thread) => ({
        ...{ ...endless, role, thread, seed: SEED + 4 * life + thread },
      }));
      const crew = await enlist<WordsReport>(program.file, tasks, memory.start);
      crew.begin();
      // They are in it: a total has grown. Then a random number of our own looks later they end.
      while (memory.total() === 0);
      for (let n = random(20_000); n > 0; n--) memory.state.get();
      await crew.terminate();

      for (let left = memory.state.get(), n = 0; n < 4; n++) {
        const next: State = TABLE[left][0];
        expect(memory.state.compareAndSwap(left, next)).toBe(true);
        left = next;
      }
      // Of each thread at most the last add, which it had announced, is missing.
      const missing = memory.own() - memory.total();
      expect(missing).toBeGreaterThanOrEqual(0);
      expect(missing).toBeLessThanOrEqual(2 * 1_000_000);
    }
  });
});
