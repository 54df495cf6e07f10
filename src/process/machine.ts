/**
 * The life of one process as a table: control thread and process worker race on the state word, and every move is a
 * compare-and-swap along this table. `docs/lock-free-design.md` draws it.
 */

export const STATES = ['pending', 'starting', 'running', 'stopping', 'stopped', 'failed'] as const;
export type ProcessState = (typeof STATES)[number];

/**
 * Exit 0, or an end that was asked for, is `stopped`; any other end is `failed`. Waiting to be restarted is `pending`.
 * From an ended state only a new run leads on.
 */
export const TRANSITIONS = {
  pending: ['starting', 'stopped', 'failed'],
  starting: ['running', 'stopping', 'failed'],
  running: ['stopping', 'stopped', 'failed'],
  stopping: ['stopped', 'failed'],
  stopped: ['pending'],
  failed: ['pending'],
} as const satisfies Record<ProcessState, readonly ProcessState[]>;

/** Why a run ended; the first cause wins. Codes are their places in this list, 0 being "not ended". */
export const ENDINGS = [null, 'exit', 'signal', 'stop', 'forced_stop', 'timeout', 'spawn_error', 'shutdown'] as const;
export type EndedBy = (typeof ENDINGS)[number];

export const isLive = (state: ProcessState): boolean => state !== 'stopped' && state !== 'failed';

/** A run of it is under way; a restart that is waited for is none yet. */
export const isRun = (state: ProcessState): boolean => isLive(state) && state !== 'pending';

/** What an exit status means, given what was asked of the run before it ended. */
export function endState(endedBy: EndedBy, code: number | null): 'stopped' | 'failed' {
  if (endedBy === 'stop' || endedBy === 'forced_stop' || endedBy === 'shutdown') return 'stopped';
  return endedBy === 'exit' && code === 0 ? 'stopped' : 'failed';
}
