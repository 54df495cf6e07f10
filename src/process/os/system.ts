/** The operating system as supervision needs it: synchronous, never throwing; simulated in tests. */
import { type Identity, isAlive, isOrdinaryPid, type ProcessEntry, sameIdentity } from './identity.ts';

export interface System {
  /** The thread's own process: never signalled, nor are its ancestors. */
  readonly ownPid: number;
  /**
   * Everybody, read one after the other: whoever is forked or ends meanwhile may be missing. Null when the system is too
   * short of descriptors or memory to say: then nobody may be taken for gone. `fresh`: not from a shared table.
   */
  processes(fresh?: boolean): readonly ProcessEntry[] | null;
  /** Everybody's pids, at a tenth of the cost; null as above. */
  pids(): readonly number[] | null;
  /** Null when there is no such process (any more). */
  read(pid: number): ProcessEntry | null;
  command(pid: number): string;
  /** Whether it belongs to this user; another's is left alone even where it could be ended. */
  isOurs(pid: number): boolean;
  /** Whether the environment that the process was started with holds `entry` (marker.ts makes those). */
  environmentHolds(identity: Identity, entry: string): boolean;
  /** Names of the sockets, and of nothing else, that are its standard streams; each end of a pair has its own, never used again. */
  standardStreams(pid: number): readonly string[];
  /** As kill(2): a negative pid means a group. Who is gone is no error; false when it may not be signalled. */
  kill(pid: number, signal: NodeJS.Signals): boolean;
  /** TCP ports that these processes listen on, ascending, each once. */
  listeningPorts(pids: readonly number[]): readonly number[];
  /** Who listens on exactly this port, of those that we may look at. */
  listenersOn(port: number): readonly Identity[];
  /** Whether anybody listens on exactly this port, also those we may not look at. */
  isListenedOn(port: number): boolean;
}

/** The process as it is now, if it is still the one meant; a zombie too, since it holds its pid. */
export function find(system: System, identity: Identity): ProcessEntry | null {
  const seen = system.read(identity.pid);
  return seen !== null && sameIdentity(seen, identity) ? seen : null;
}

/** Alive, and still the one meant. */
export function isSame(system: System, identity: Identity): boolean {
  const seen = find(system, identity);
  return seen !== null && isAlive(seen);
}

/** Ours and our ancestors' pids: they are nobody's to signal. */
export function ancestors(system: System): Set<number> {
  const pids = new Set<number>();
  for (let pid = system.ownPid; isOrdinaryPid(pid) && !pids.has(pid); pid = system.read(pid)?.ppid ?? 0) pids.add(pid);
  return pids;
}
