/**
 * Model checker for programs over SharedArrayBuffers: runs a scenario in every order that its threads can take, up to a number
 * of preemptions, and checks each end. See README.md for what it proves and what it does not.
 */
import { Execution, type Model, type Scheduler, type Traced } from './execution.ts';
import { createRaceDetector } from './race-detector.ts';
import { followSchedule, formatSchedule } from './schedule.ts';
import { formatTrace } from './trace.ts';

export { awaitEnd, invoke, settle } from './door.ts';
export type { Model } from './execution.ts';
export type { Operation } from './thread.ts';

export interface ExploreOptions {
  /** Times that a thread is left while it could go on; no bound by default. */
  readonly preemptions?: number;
  /** Threads that may stop for ever, at any step; the others must finish all the same. */
  readonly stall?: readonly number[];
  /** More executions than this are an error: nothing is proved. */
  readonly limit?: number;
  /** Whether schedules are left out that differ from others only in the order of independent steps; true by default. */
  readonly reduce?: boolean;
}

export interface Explored {
  readonly ok: boolean;
  /** That ran to their end. */
  readonly executions: number;
  /** That were given up, because they could only repeat others. */
  readonly pruned: number;
  readonly error?: string;
  /** Of the execution that failed: a column per thread. */
  readonly trace?: readonly string[];
  /** For replay(). */
  readonly schedule?: string;
}

/** Runs every schedule of the model that `make` builds afresh for each, until one fails. */
export function explore(make: () => Model, options: ExploreOptions = {}): Explored {
  const search = createSearch(options);
  const races = createRaceDetector(make().threads.length);
  const limit = options.limit ?? Number.POSITIVE_INFINITY;
  let executions = 0;
  let pruned = 0;
  do {
    const execution = new Execution(make(), search, races);
    const ended = execution.run();
    if (ended.kind === 'pruned') pruned++;
    else executions++;
    if (ended.kind === 'failed') {
      const schedule = formatSchedule(execution.schedule());
      return { ok: false, executions, pruned, error: ended.error, schedule, trace: replay(make, schedule).trace ?? [] };
    }
    if (executions + pruned >= limit && search.hasNext()) {
      return {
        ok: false,
        executions,
        pruned,
        error: `limit=${limit}: more executions than that, so nothing is proved`,
      };
    }
  } while (search.advance());
  return { ok: true, executions, pruned };
}

/** As explore(), but throws an Error with trace and schedule when an execution fails. */
export const verify = (make: () => Model, options: ExploreOptions = {}): Explored => verified(explore(make, options));

/** The answer of explore() when it is good; throws an Error with trace and schedule when it is not. */
export function verified(explored: Explored): Explored {
  if (explored.ok) return explored;
  throw new Error([explored.error, `schedule: ${explored.schedule}`, ...(explored.trace ?? [])].join('\n'));
}

/** Runs the one execution of a schedule, with its trace. */
export function replay(make: () => Model, schedule: string): Explored {
  const model = make();
  const steps: Traced[] = [];
  const races = createRaceDetector(model.threads.length);
  const execution = new Execution(model, followSchedule(schedule), races, (step) => steps.push(step));
  const ended = execution.run();
  const trace = formatTrace(steps, model.threads.length, model.label);
  if (ended.kind === 'failed') return { ok: false, executions: 1, pruned: 0, error: ended.error, trace, schedule };
  return { ok: true, executions: 1, pruned: 0, trace, schedule };
}

interface Search extends Scheduler {
  /** Moves on to the next schedule; false when there is none. */
  advance(): boolean;
  hasNext(): boolean;
}

/** Depth first: the path holds each place where there was more than one choice. */
function createSearch({ preemptions = Number.POSITIVE_INFINITY, stall = [], reduce = true }: ExploreOptions): Search {
  const path: { readonly choices: number; at: number }[] = [];
  let depth = 0;
  const hasNext = () => path.some(({ choices, at }) => at < choices - 1);
  return {
    preemptions,
    stall,
    isReducing: reduce,
    choose(choices) {
      if (choices.length === 1) return 0;
      const branch = path[depth] ?? { choices: choices.length, at: 0 };
      if (branch.choices !== choices.length) throw new Error('make() is not deterministic: other choices than before');
      path[depth++] = branch;
      return branch.at;
    },
    hasNext,
    advance() {
      depth = 0;
      for (;;) {
        const branch = path.at(-1);
        if (branch === undefined) return false;
        if (++branch.at < branch.choices) return true;
        path.pop();
      }
    },
  };
}
