/** Keeps the state file as things are, and lets the next daemon go on from it. */
import { startTimeOf } from '../home/process-start.ts';
import { isLive } from '../process/machine.ts';
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

/** Writes soon after each change. */
export function keepState(processes: ProcessManager, autostart: Autostart, file: StateFile): StateKeeper {
  const ending = new AbortController();
  const following = (async () => {
    while (!ending.signal.aborted) {
      const ticket = processes.changes.ticket();
      await file.write({ running: runningIn(processes), autostart: autostart.records() });
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

function runningIn(processes: ProcessManager): RunningProcess[] {
  return processes.list(null, null).flatMap((entry) => {
    const { pid } = entry.snapshot();
    const startTime = pid === null || !isLive(entry.state()) ? null : startTimeOf(pid);
    if (pid === null || startTime === null) return [];
    return [
      { process_id: entry.id, path: entry.path, command: entry.request.spec.display, pid, start_time: startTime },
    ];
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
