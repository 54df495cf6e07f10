/** A thread of a model: an ordinary function, run again from its start whenever it goes on, with its past answered from a log. */
import type { Clock } from './race-detector.ts';
import type { Kind, Step } from './step.ts';

/** An operation of the history: `call` at its first step, `ret` right after its last; Infinity for what never came to it. */
export interface Operation {
  readonly client: number;
  readonly name: string;
  readonly arg: unknown;
  out: unknown;
  call: number;
  ret: number;
}

/** ready, or why not: in wait(), in spin(), in awaitEnd(), at its end, stopped for ever. */
export type State = 'ready' | 'waiting' | 'spinning' | 'joining' | 'done' | 'stalled';

/** A past step, or a mark of the history: its result, and what it was, to notice a body that does something else when run again. */
export interface Logged {
  readonly kind: Kind | 'call' | 'return';
  readonly byte: number | undefined;
  readonly detail: unknown;
  result: unknown;
}

export interface Thread {
  readonly id: number;
  readonly body: () => unknown;
  readonly clock: Clock;
  /** Its past, to be answered when it is run again. */
  readonly log: Logged[];
  /** Place in the log while the past is run again. */
  cursor: number;
  state: State;
  result: unknown;
  /** Where it was left: the step that it takes next, if that is known. */
  pending: Step | undefined;
  /** Its pending step was tried here before, and nothing that depends on it has happened since. */
  isAsleep: boolean;
  /** It has taken a step, or was woken, since it was last considered for stopping for ever. */
  isFresh: boolean;
  /** Thread whose end it waits for in awaitEnd(). */
  joins: number;
  /** Operation of the history that has taken no step yet. */
  calling: Operation | undefined;
  /** How often memory had changed when this round of a spinning loop began to read; undefined before its first read. */
  readAt: number | undefined;
}

export const newThread = (id: number, body: () => unknown, clock: Clock): Thread => ({
  id,
  body,
  clock,
  log: [],
  cursor: 0,
  state: 'ready',
  result: undefined,
  pending: undefined,
  isAsleep: false,
  isFresh: false,
  joins: -1,
  calling: undefined,
  readAt: undefined,
});

export const hasEnded = ({ state }: Thread): boolean => state === 'done' || state === 'stalled';

/** It can go on. */
export function rouse(thread: Thread): void {
  if (hasEnded(thread)) return;
  thread.state = 'ready';
  thread.isFresh = true;
}
