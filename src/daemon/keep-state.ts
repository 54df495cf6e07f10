/** Keeps the state file as things are, and lets the next daemon go on from it. */
import { startTimeOf } from '../home/process-start.ts';
import type { ManagedProcess } from '../process/managed-process.ts';
import type { ProcessManager } from '../process/manager.ts';
import type { Autostart } from '../tools/autostart.ts';
import type { DaemonState, ReadState, RunningProcess, StateFile } from './state-file.ts';

const EVERY_MS = 100;
const LOOK_MS = 60_000;
/** An earlier daemon's processes are ended by its dead-man's switch, which gives them some seconds. */
const LAST_LEFT_MS = 10_000;
const LOOK_AT_LEFT_MS = 100;

export interface StateKeeper {
  /** Resolves when nothing is written any more; `kept`: the next daemon is to start again what autostart has running. */
  end(kept: boolean): Promise<void>;
}

/** Writes soon after each change. `startTime`: null for a pid that has ended. */
export function keepState(
  processes: ProcessManager,
  autostart: Pick<Autostart, 'records'>,
  file: Pick<StateFile, 'write' | 'remove'>,
  startTime: (pid: number) => string | null = startTimeOf,
): StateKeeper {
  const ending = new AbortController();
  const running = runningIn(processes, startTime);
  const following = (async () => {
    while (!ending.signal.aborted) {
      const ticket = processes.changes.ticket();
      await file.write({ running: running(), autostart: autostart.records() });
      await processes.changes.next(ticket, LOOK_MS, ending.signal);
      await processes.changes.pause(EVERY_MS, ending.signal);
    }
  })();
  return {
    async end(kept) {
      const state: DaemonState = { running: [], autostart: autostart.records() };
      ending.abort();
      await following;
      if (kept) await file.write(state);
      else file.remove();
    },
  };
}

/** A pid is looked up once, while its run is young: later it may be another's, in the moment between an end and our hearing of it. */
function runningIn(processes: ProcessManager, startTime: (pid: number) => string | null): () => RunningProcess[] {
  const known = new WeakMap<ManagedProcess, { readonly run: number; readonly start: string | null }>();
  function startOf(entry: ManagedProcess, run: number, pid: number): string | null {
    const before = known.get(entry);
    if (before?.run === run) return before.start;
    const start = startTime(pid);
    known.set(entry, { run, start });
    return start;
  }
  return () =>
    processes.list(null, null).flatMap((entry) => {
      const { pid, run, state } = entry.snapshot();
      // Before a run has begun its cell tells of the one before.
      if (pid === null || (state !== 'running' && state !== 'stopping')) return [];
      const start_time = startOf(entry, run, pid);
      const { id, path, request } = entry;
      return start_time === null ? [] : [{ process_id: id, path, command: request.spec.display, pid, start_time }];
    });
}

export const isLeft = ({ pid, start_time }: RunningProcess): boolean => startTimeOf(pid) === start_time;

/** Resolves when what an earlier daemon has left is gone, or will not go. */
export async function whenGone(
  { running }: ReadState,
  after: (ms: number, run: () => void) => void,
  withinMs = LAST_LEFT_MS,
): Promise<void> {
  for (let waited = 0; waited < withinMs && running.some(isLeft); waited += LOOK_AT_LEFT_MS)
    await new Promise<void>((resolve) => after(LOOK_AT_LEFT_MS, resolve));
}
