/** An operating system in memory: pids are few and reused at once, as no real one would. */
import type { ProcessEntry } from '../../../src/process/os/identity.ts';
import type { System } from '../../../src/process/os/system.ts';

export interface Simulated extends ProcessEntry {
  /** Environment entries, each terminated. */
  readonly environment: string;
  readonly streams: readonly string[];
  /** Whether it belongs to the run under test: what must never be signalled has false. */
  readonly ours: boolean;
}

export interface Birth {
  readonly ppid: number;
  readonly pgid: number;
  readonly sid?: number;
  readonly environment?: string;
  readonly streams?: readonly string[];
  readonly ours: boolean;
}

export interface Simulation {
  readonly system: System;
  /** Puts a process on `pid`, started now. */
  spawn(pid: number, birth: Birth): Simulated;
  /** Its pid is free at once, unless it is a child of ours (of OWN_PID): then it waits for `reap`. */
  end(pid: number): void;
  reap(pid: number): void;
  /** Zombies too: they hold their pids. */
  present(): readonly Simulated[];
  /** Who a signal has reached, each time. */
  readonly signalled: { readonly process: Simulated; readonly signal: string }[];
  /** Called right before each look at a process: the moment for a pid to change hands. */
  beforeLook: () => void;
}

export const OWN_PID = 2;

export function simulate(): Simulation {
  const table = new Map<number, Simulated>();
  let time = 0;
  const signalled: { process: Simulated; signal: string }[] = [];
  const reach = (process: Simulated, signal: string) => {
    signalled.push({ process, signal });
    if (signal === 'SIGKILL') simulation.end(process.pid);
    if (signal === 'SIGSTOP') table.set(process.pid, { ...process, state: 'T' });
    if (signal === 'SIGCONT') table.set(process.pid, { ...process, state: 'S' });
  };
  const look = (pid: number): Simulated | null => {
    simulation.beforeLook();
    return table.get(pid) ?? null;
  };
  const simulation: Simulation = {
    signalled,
    beforeLook: () => {},
    spawn(pid, { ppid, pgid, sid = pgid, environment = '', streams = [], ours }) {
      time += 1;
      const process = { pid, ppid, pgid, sid, state: 'S', startTime: String(time), environment, streams, ours };
      table.set(pid, process);
      return process;
    },
    end(pid) {
      const process = table.get(pid);
      if (process === undefined) return;
      if (process.ppid === OWN_PID) table.set(pid, { ...process, state: 'Z', environment: '', streams: [] });
      else table.delete(pid);
      for (const [child, other] of table) if (other.ppid === pid) table.set(child, { ...other, ppid: 1 });
    },
    reap: (pid) => table.delete(pid),
    present: () => [...table.values()],
    system: {
      ownPid: OWN_PID,
      processes: () => [...table.keys()].sort((a, b) => a - b).flatMap((pid) => look(pid) ?? []),
      pids: () => [...table.keys()],
      read: look,
      command: (pid) => `simulated ${pid}`,
      environmentHolds: ({ pid }, entry) => look(pid)?.environment.includes(entry) ?? false,
      standardStreams: (pid) => look(pid)?.streams ?? [],
      kill(pid, signal) {
        if (pid >= -1 && pid <= 1) throw new Error(`kill(${pid}): everybody is meant`);
        for (const process of [...table.values()])
          if (process.state !== 'Z' && (process.pid === pid || process.pgid === -pid)) reach(process, signal);
        return true;
      },
      listeningPorts: () => [],
      listenersOn: () => [],
      isListenedOn: () => false,
      isOurs: () => true,
    },
  };
  simulation.spawn(1, { ppid: 0, pgid: 1, ours: false });
  simulation.spawn(OWN_PID, { ppid: 1, pgid: OWN_PID, ours: false });
  return simulation;
}
