/** Who belongs to one run, and how they are ended: the supervisor's view of src/process/os. */
import { type Census, createCensus } from './os/census.ts';
import type { Deadman } from './os/deadman.ts';
import type { ProcessEntry } from './os/identity.ts';
import { runEntry } from './os/marker.ts';
import { type StopClock, type StopTreeOptions, stopTree } from './os/stop-tree.ts';
import type { System } from './os/system.ts';
import type { Survivor } from './spec.ts';

export type TreeVerdict =
  | { readonly gone: true; readonly forced: boolean }
  | { readonly gone: false; readonly forced: boolean; readonly left: readonly Survivor[] };

export interface RunTree {
  /** Remembers descendants while their parents live. */
  observe(): void;
  /** The leader was reaped: its pid may be anybody's from here on. */
  leaderExited(): void;
  /** Everybody of the tree who is alive. */
  members(): readonly Survivor[];
  /** TCP ports that the tree listens on, ascending. */
  ports(): readonly number[];
  /** Ends everybody; resolves when all are gone, or with who is left. */
  stop(options: StopTreeOptions): Promise<TreeVerdict>;
  /** Nobody is left, or nobody counts any more: the dead-man's switch forgets the group. */
  forget(): void;
}

export interface TreeParts {
  readonly system: System;
  readonly clock: StopClock;
  readonly deadman: Deadman;
  readonly marker: string;
}

/** `pid` leads its own group and carries the marker of run number `run`. */
export function createRunTree(pid: number, run: number, { system, clock, deadman, marker }: TreeParts): RunTree {
  // A leader that has ended before it could be looked at leaves no start time: then only the marker finds its children.
  const leader = system.read(pid) ?? { pid, startTime: '' };
  const census: Census = createCensus(system, leader, runEntry(marker, run));
  const named = (entries: readonly ProcessEntry[]): Survivor[] =>
    entries.map((entry) => ({ pid: entry.pid, command: system.command(entry.pid) }));
  deadman.add(pid, leader);
  return {
    observe() {
      census.members();
      // Those that the marker alone would not find must be known to the switch by name.
      deadman.set(pid, [leader, ...census.unmarked()]);
    },
    leaderExited: () => census.leaderExited(),
    members: () => named(census.members()),
    ports: () => system.listeningPorts(census.members().map((entry) => entry.pid)),
    async stop(options) {
      const stopped = await stopTree(system, census, options, clock);
      return stopped.gone ? stopped : { ...stopped, left: named(stopped.left) };
    },
    forget: () => deadman.remove(pid),
  };
}
