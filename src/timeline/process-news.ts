/** What becomes of processes, as it comes about: a cell tells its latest run alone, and forgets the end of the one before. */
import { constants } from 'node:os';
import type { CellSnapshot } from '../process/cell.ts';
import type { Changes } from '../process/changes.ts';
import type { ManagedProcess } from '../process/managed-process.ts';

export type ProcessEventKind = 'started' | 'restart' | 'ready' | 'crash' | 'ended';

export interface ProcessEvent {
  readonly kind: ProcessEventKind;
  /** Microseconds on the daemon's clock, as the next. */
  readonly micros: number;
  /** When it was noticed. */
  readonly heard: number;
  readonly process_id: string;
  readonly path: string;
  readonly text: string;
}

export interface ProcessNews {
  /** Noticed after `after`, oldest first. */
  events(after: number): readonly ProcessEvent[];
  /** Ever noticed; another one whenever there is something new. */
  readonly total: number;
}

type Watched = Pick<ManagedProcess, 'id' | 'path' | 'snapshot'> & {
  readonly facts: Pick<ManagedProcess['facts'], 'urls' | 'ports'>;
};

interface Parts {
  readonly processes: { list(path: null, label: null): readonly Watched[]; readonly changes: Changes };
  readonly now: () => number;
  readonly signal: AbortSignal;
}

const MOST_EVENTS = 2_000;
const LOOK_MS = 60_000;

/**
 * Looks at each change until the signal, and keeps the newest events. Whoever asks has them looked for once more: a change may have
 * woken the one who asks before it wakes this.
 */
export function watchProcesses({ processes, now, signal }: Parts): ProcessNews {
  const events: ProcessEvent[] = [];
  let seen = new Map<Watched, CellSnapshot>();
  let total = 0;

  const look = () => {
    const heard = now();
    const present = new Map(processes.list(null, null).map((process) => [process, process.snapshot()]));
    const gone = [...seen.keys()].filter((process) => !present.has(process));
    for (const process of [...gone, ...present.keys()]) {
      const happened = happenedTo(seen.get(process) ?? null, present.get(process) ?? process.snapshot());
      events.push(...happened.map((event) => eventOf(process, event, heard)));
      total += happened.length;
    }
    events.splice(0, Math.max(0, events.length - MOST_EVENTS));
    seen = present;
  };
  const run = async () => {
    while (!signal.aborted) {
      const ticket = processes.changes.ticket();
      look();
      await processes.changes.next(ticket, LOOK_MS, signal);
    }
  };
  void run();
  return {
    events(after) {
      look();
      return events.filter(({ heard }) => heard > after);
    },
    get total() {
      look();
      return total;
    },
  };
}

interface Happened {
  readonly kind: ProcessEventKind;
  readonly micros: number;
  readonly text: string;
}

/** Between two looks at one process, `before` null at the first. */
export function happenedTo(before: CellSnapshot | null, now: CellSnapshot): Happened[] {
  const isNewRun = before?.run !== now.run;
  const { startedAt, readyAt, pid, run } = now;
  const endedAt = endOfRun(now);
  const isNew = (name: 'startedAt' | 'readyAt') => isNewRun || before?.[name] !== now[name];
  const found: Happened[] = [];
  if (startedAt !== null && isNew('startedAt'))
    found.push(
      run > 1
        ? { kind: 'restart', micros: startedAt, text: `restarted, run ${run}, pid ${pid}` }
        : { kind: 'started', micros: startedAt, text: `started, pid ${pid}` },
    );
  if (readyAt !== null && isNew('readyAt')) found.push({ kind: 'ready', micros: readyAt, text: 'ready' });
  if (endedAt !== null && (isNewRun || before === null || endOfRun(before) !== endedAt))
    found.push({ ...endOf(now), micros: endedAt });
  return found;
}

/** A run has its end before its state says so. */
const endOfRun = ({ state, endedAt }: CellSnapshot): number | null =>
  state === 'running' || state === 'stopping' ? null : endedAt;

function endOf({ exitCode, exitSignal, endedBy }: CellSnapshot): Omit<Happened, 'micros'> {
  const by = exitSignal === null ? `exit code ${exitCode ?? '?'}` : `signal ${SIGNALS.get(exitSignal) ?? exitSignal}`;
  if (endedBy === 'spawn_error') return { kind: 'crash', text: 'could not be started' };
  if (endedBy === 'signal' || (endedBy === 'exit' && exitCode !== 0)) return { kind: 'crash', text: `crashed: ${by}` };
  return { kind: 'ended', text: `ended (${endedBy ?? 'exit'}): ${by}` };
}

const SIGNALS = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

function eventOf({ id, path, facts }: Watched, { kind, micros, text }: Happened, heard: number): ProcessEvent {
  const where = facts.urls.length > 0 ? facts.urls : facts.ports.map((port) => `port ${port}`);
  const words = [id, text, ...(kind === 'ready' ? where : [])];
  return { kind, micros, heard, process_id: id, path, text: words.join(' ') };
}
