/** What threads of a model call: hands their operations to the execution that runs them, or performs them when none does. */
import type { Execution } from './execution.ts';
import type { Kind, Place } from './step.ts';
import type { Waiting } from './waiters.ts';

/** Told of each operation outside of executions: what a structure does, in order (see traceOf). */
type Recorder = (kind: Kind, place: Place | undefined, detail: unknown, result: unknown) => void;

let active: Execution | undefined;
let recorder: Recorder | undefined;

/** The execution whose thread runs now; none between threads. For Execution only. */
export function activate(execution: Execution | undefined): void {
  active = execution;
}

const always = () => true;

/** An operation of #atomic: `act` performs it on memory; `isWritten` tells whether a read-modify-write wrote. */
export function perform<T>(
  kind: Kind,
  place: Place | undefined,
  act: (execution: Execution | undefined) => T,
  detail: unknown = '',
  isWritten: (result: T) => boolean = always,
): T {
  const execution = active;
  if (execution !== undefined) return execution.perform(kind, place, () => act(execution), isWritten, detail);
  const result = act(undefined);
  recorder?.(kind, place, detail, result);
  return result;
}

/** Runs an operation and records it in the history that check() gets. */
export function invoke<T>(name: string, arg: unknown, run: () => T): T {
  return active === undefined ? run() : active.invoke(name, arg, run);
}

/** Waits until thread `id` has ended, 'lost' if it was stalled; all that it did happens before, as with a worker's exit. */
export function awaitEnd(id: number): 'done' | 'lost' {
  if (active === undefined) throw new Error('awaitEnd: inside of a thread of a model only');
  return active.awaitEnd(id);
}

/** Blocks until the promise that waitAsync() answered is fulfilled: what `await` does outside of a model. */
export function settle(promise: Waiting): 'ok' | 'timed-out' {
  if (active === undefined) throw new Error('settle: inside of a thread of a model only');
  return active.settle(promise);
}

/** Runs `body`, outside of any execution, and tells `listener` of each of its operations. */
export function record(listener: Recorder, body: () => void): void {
  recorder = listener;
  try {
    body();
  } finally {
    recorder = undefined;
  }
}
