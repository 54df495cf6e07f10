/** Who may take the next step, and who need not be tried because it would repeat what was seen. */
import { areDependent, type Step } from './step.ts';
import { hasEnded, type Thread } from './thread.ts';

/**
 * Numbers of the threads that may go on, that of `last` first; then complements of those that may stop for ever. A thread may
 * do so right after a step of its, or when it was woken: later it would be the same. `last` is who took the last step, if it
 * could go on; it is left only while `mayPreempt`.
 */
export function choicesOf(
  threads: readonly Thread[],
  last: Thread | undefined,
  mayPreempt: boolean,
  stall: readonly number[],
): number[] {
  const choices: number[] = [];
  if (last !== undefined && !last.isAsleep) choices.push(last.id);
  if (last === undefined || mayPreempt) {
    for (const thread of threads) {
      if (thread !== last && thread.state === 'ready' && !thread.isAsleep) choices.push(thread.id);
    }
  }
  for (const id of stall) {
    const thread = threads[id];
    if (thread?.isFresh && !hasEnded(thread)) choices.push(~id);
    if (thread !== undefined) thread.isFresh = false;
  }
  return choices;
}

/**
 * Puts to sleep whose next step was tried here before (sleep sets: Godefroid, LNCS 1032, 1996). What follows is the same
 * wherever that step comes, until one comes that depends on it; who takes it up before then repeats what was seen. Under a
 * bound that holds for the preempted thread only: to take its step before the preemption instead of after it never costs more
 * preemptions, whereas moving another's could (Coons, Musuvathi, McKinley, OOPSLA 2013).
 */
export function lull(
  threads: readonly Thread[],
  tried: readonly number[],
  last: Thread | undefined,
  isBounded: boolean,
): void {
  for (const id of tried) {
    const thread = threads[id];
    if (thread?.pending !== undefined && (thread === last || !isBounded)) thread.isAsleep = true;
  }
}

/** Ends the sleep of those whose next step depends on the one that was taken. */
export function unlull(threads: readonly Thread[], taken: Step): void {
  for (const thread of threads) {
    if (thread.isAsleep && thread.pending !== undefined && areDependent(thread.pending, taken)) thread.isAsleep = false;
  }
}

/** Throws an Error that names who is stuck, when nobody can go on and somebody has not ended. */
export function expectEnd(threads: readonly Thread[], choices: readonly number[]): void {
  const stuck = threads.find((thread) => !hasEnded(thread));
  if (stuck === undefined) return;
  const stalled = threads.find(({ state }) => state === 'stalled');
  if (stalled !== undefined) {
    const steps = choices.filter((id) => id === stalled.id).length;
    throw new Error(`T${stuck.id} cannot finish while T${stalled.id} is stalled after ${steps} steps`);
  }
  if (stuck.state === 'spinning') throw new Error(`livelock: T${stuck.id} spins and nobody is left to change anything`);
  throw new Error(`deadlock: T${stuck.id} is ${stuck.state} for ever: a lost wake-up`);
}
