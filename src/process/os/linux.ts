/** System over /proc. */
import type { Identity } from './identity.ts';
import { checkEntry, markedEntries } from './marker.ts';
import * as procfs from './procfs.ts';
import { sendSignal } from './send-signal.ts';
import type { System } from './system.ts';

export function linuxSystem(ownPid: number): System {
  const marks = createMarks(procfs.readEnvironment);
  return {
    ownPid,
    processes() {
      const all = procfs.readProcesses();
      if (all !== null) marks.keep(all);
      return all;
    },
    pids: procfs.readPids,
    read: procfs.readEntry,
    command: procfs.readCommand,
    isOurs: procfs.isOwn,
    environmentHolds: (identity, entry) => `\0${marks.of(identity)}`.includes(`\0${checkEntry(entry)}`),
    standardStreams: procfs.readStandardStreams,
    kill: sendSignal,
    listeningPorts(pids) {
      const listening = procfs.readListeningSockets();
      const inodes = pids.flatMap((pid) => [...procfs.readSocketInodes(pid)]);
      return [...new Set(inodes.flatMap((inode) => listening.get(inode) ?? []))].sort((a, b) => a - b);
    },
    listenersOn(port) {
      const inodes = inodesOf(port);
      if (inodes.length === 0) return [];
      // Who it is was read before what it has open: if it is still the same when it is signalled, the socket was its own.
      return (procfs.readProcesses() ?? []).filter(({ pid }) => {
        const open = procfs.readSocketInodes(pid);
        return inodes.some((inode) => open.has(inode));
      });
    },
    isListenedOn: (port) => inodesOf(port).length > 0,
  };
}

const inodesOf = (port: number): string[] =>
  [...procfs.readListeningSockets()].filter(([, listened]) => listened === port).map(([inode]) => inode);

/**
 * The marker's entries of each process, read once: an environment is found again however many runs ask for it, and
 * a process that was marked stays so when it executes another program with an empty environment.
 */
function createMarks(readEnvironment: (pid: number) => string | null) {
  const known = new Map<number, { readonly startTime: string; readonly entries: string }>();
  return {
    of({ pid, startTime }: Identity): string {
      const present = known.get(pid);
      if (present?.startTime === startTime) return present.entries;
      const environment = readEnvironment(pid);
      // Empty also while it is being replaced: look again the next time.
      if (environment === '') return '';
      const entries = markedEntries(environment ?? '');
      known.set(pid, { startTime, entries });
      return entries;
    },
    /** Forgets all others. */
    keep(present: readonly Identity[]): void {
      const pids = new Set(present.map(({ pid }) => pid));
      for (const pid of known.keys()) if (!pids.has(pid)) known.delete(pid);
    },
  };
}
