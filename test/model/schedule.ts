/** Schedules as short texts: `0x12 1x3 0! 2` is T0 twelve times, T1 three times, T0 stalled for ever, T2 once. */
import type { Scheduler } from './execution.ts';

/** The text of choices: a thread's number for a step, its complement for its stall. */
export function formatSchedule(choices: readonly number[]): string {
  const runs: { choice: number; times: number }[] = [];
  for (const choice of choices) {
    const run = runs.at(-1);
    if (run?.choice === choice) run.times++;
    else runs.push({ choice, times: 1 });
  }
  const text = ({ choice, times }: { choice: number; times: number }) =>
    choice < 0 ? `${~choice}!` : `${choice}${times > 1 ? `x${times}` : ''}`;
  return runs.map(text).join(' ');
}

/** Choices of a text. Throws a RangeError for one that is none. */
export function parseSchedule(schedule: string): number[] {
  return schedule.split(' ').flatMap((run) => {
    const found = /^(\d+)(?:x(\d+)|(!))?$/.exec(run);
    if (found === null) throw new RangeError(`"${run}" in "${schedule}": a run is like 0, 0x12 or 0!`);
    const id = Number(found[1]);
    return found[3] === undefined ? new Array<number>(Number(found[2] ?? 1)).fill(id) : [~id];
  });
}

/** Follows a schedule to its end, then goes on with whoever can. Throws an Error where it does not fit the model. */
export function followSchedule(schedule: string): Scheduler {
  const steps = parseSchedule(schedule);
  let next = 0;
  return {
    preemptions: Number.POSITIVE_INFINITY,
    stall: [...new Set(steps.filter((step) => step < 0).map((step) => ~step))],
    isReducing: false,
    choose(choices) {
      const step = steps[next++];
      const at = step === undefined ? 0 : choices.indexOf(step);
      if (at < 0) throw new Error(`choice ${next} of the schedule does not fit: T${step} cannot run now`);
      return at;
    },
  };
}
