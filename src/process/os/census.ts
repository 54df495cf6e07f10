/**
 * Who belongs to one run: its process group, whoever carries its marker or holds one of its standard streams, and the
 * lineage recorded while parents lived; so that double-forked, `setsid` and re-parented children are found, and nobody
 * else. Every member is a pid with its start time.
 *
 * A pid is not given to a new process while a group or session with members is called by it (Linux, alloc_pid), and groups
 * do not span sessions. So group P is ours while the leader holds pid P, while a member known to us is in it, and when the
 * leader has just been reaped and nobody has pid P: whoever would found another group P must have that pid.
 *
 * What two looks say is of two moments, and a pid may have changed hands between them. So a relation (child of, in the group
 * of) counts only if the one that is known already is looked at once more and is still the same.
 */
import { type Identity, isAlive, isOrdinaryPid, type ProcessEntry, sameIdentity } from './identity.ts';
import { checkEntry } from './marker.ts';
import { ancestors, find, type System } from './system.ts';

export interface Census {
  /** Whoever is alive now; remembers them. The last answer again when the system cannot say. */
  members(): readonly ProcessEntry[];
  /** Members who have come since the last call of this; at the first, since the last look. Cheap: looks at new pids alone. */
  newcomers(): readonly ProcessEntry[];
  /** Looked for just now, and nobody found. */
  isEmpty(): boolean;
  /** Of the last answer, those whom the marker alone would not find again. */
  unmarked(): readonly Identity[];
  /** To call when the leader was reaped: the last moment at which its group can be told from a later one's. */
  leaderExited(): void;
  /** `run` is called once, at the leader's exit, unless taken back by the function that this returns. */
  onLeaderExit(run: () => void): () => void;
  /** The group, if a signal right now reaches ours alone; null when it may be another's. */
  group(): number | null;
}

/** What a run's processes are told by. */
interface Traits {
  readonly leader: Identity;
  readonly entry: string;
  readonly streams: ReadonlySet<string>;
}

/**
 * `leader` leads its own session and group, and was started with `entry` in its environment (marker.ts; RangeError if it is
 * not one). A leader that is ourselves, an ancestor, or of one of their groups has no members.
 */
export function createCensus(system: System, leader: Identity, entry: string): Census {
  const traits: Traits = { leader, entry: checkEntry(entry), streams: streamsOf(system, leader) };
  const refused = !isOrdinaryPid(leader.pid) || isAbove(system, leader.pid);
  const waiting = new Set<() => void>();
  let known = new Map<number, Identity>([[leader.pid, leader]]);
  let last: readonly ProcessEntry[] = [];
  let seen: ReadonlySet<number> = new Set();

  function take(all: readonly ProcessEntry[] | null, leaderReaped = false): boolean {
    if (refused) return true;
    if (all === null) return false;
    const ours = membersAmong(system, all, traits, known, leaderReaped);
    known = ours;
    last = [...ours.values()];
    seen = new Set(all.map(({ pid }) => pid));
    return true;
  }

  return {
    members() {
      take(system.processes());
      return last;
    },
    newcomers() {
      const before = new Set(last);
      const pids = system.pids() ?? [];
      const unseen = pids.filter((pid) => !seen.has(pid)).flatMap((pid) => system.read(pid) ?? []);
      if (unseen.length > 0) take([...last, ...unseen]);
      seen = new Set(pids);
      return last.filter((entry) => !before.has(entry));
    },
    isEmpty: () => take(system.processes()) && last.length === 0,
    unmarked: () => last.filter((member) => !system.environmentHolds(member, entry)),
    leaderExited() {
      take(system.processes(true), true);
      for (const run of waiting) run();
      waiting.clear();
    },
    onLeaderExit(run) {
      waiting.add(run);
      return () => waiting.delete(run);
    },
    group() {
      if (refused) return null;
      const isIn = (identity: Identity) => find(system, identity)?.pgid === leader.pid;
      return isIn(leader) || [...known.values()].some(isIn) ? leader.pid : null;
    },
  };
}

/** Those that the leader alone was given: what we or our ancestors hold as well was inherited, by strangers too. */
function streamsOf(system: System, leader: Identity): ReadonlySet<string> {
  const shared = new Set([...ancestors(system)].flatMap(system.standardStreams));
  const streams = system.standardStreams(leader.pid).filter((name) => !shared.has(name));
  // Verified after they were read.
  return new Set(find(system, leader) === null ? [] : streams);
}

/** Whether pid, or the group of that number, is ours or our ancestors'. */
function isAbove(system: System, pid: number): boolean {
  const above = ancestors(system);
  return above.has(pid) || [...above].some((own) => system.read(own)?.pgid === pid);
}

function membersAmong(
  system: System,
  all: readonly ProcessEntry[],
  traits: Traits,
  known: ReadonlyMap<number, Identity>,
  leaderReaped: boolean,
): Map<number, ProcessEntry> {
  const possible = all.filter((seen) => isOrdinaryPid(seen.pid) && !startedBefore(seen, traits.leader));
  const alive = withoutAncestors(system, possible.filter(isAlive));
  const ours = new Map<number, ProcessEntry>();
  for (const seen of alive) {
    const identity = known.get(seen.pid);
    if ((identity !== undefined && sameIdentity(identity, seen)) || bearsTrait(system, seen, traits))
      ours.set(seen.pid, seen);
  }
  const inGroup = ({ pgid, sid }: ProcessEntry) => pgid === traits.leader.pid && (sid === pgid || sid === 0);
  const witness = possible.find((seen) => inGroup(seen) && (ours.has(seen.pid) || sameIdentity(seen, traits.leader)));
  const grouped = alive.filter((seen) => inGroup(seen) && !ours.has(seen.pid));
  if (witness !== undefined) addGroup(system, ours, grouped, witness);
  else if (leaderReaped) addOrphanedGroup(system, ours, grouped, traits.leader.pid);
  addDescendants(system, ours, alive);
  return ours;
}

const bearsTrait = (system: System, seen: ProcessEntry, { entry, streams }: Traits): boolean =>
  system.environmentHolds(seen, entry) || system.standardStreams(seen.pid).some((name) => streams.has(name));

/** A child is not older than its ancestor. Only clock ticks can be ordered; where start times are words nobody is left out. */
const startedBefore = (seen: Identity, leader: Identity): boolean => Number(seen.startTime) < Number(leader.startTime);

function withoutAncestors(system: System, entries: readonly ProcessEntry[]): readonly ProcessEntry[] {
  if (entries.length === 0) return entries;
  const above = ancestors(system);
  return entries.filter(({ pid }) => !above.has(pid));
}

/** The witness is ours and was in the group before the others were looked at or after; that it is so still leaves no gap. */
function addGroup(
  system: System,
  ours: Map<number, ProcessEntry>,
  grouped: readonly ProcessEntry[],
  witness: ProcessEntry,
): void {
  if (find(system, witness)?.pgid !== witness.pgid) return;
  for (const seen of grouped) ours.set(seen.pid, seen);
}

/**
 * Without a witness: nobody has had the leader's pid since it was reaped, if nobody has it now; the kernel gives pids out in
 * turn, so that one comes again only after all others. Whom `setsid` made a leader is the leader of its session too.
 */
function addOrphanedGroup(
  system: System,
  ours: Map<number, ProcessEntry>,
  grouped: readonly ProcessEntry[],
  pgid: number,
): void {
  if (system.read(pgid) !== null) return;
  for (const seen of grouped) ours.set(seen.pid, seen);
}

/** Children of members are members, and so on down. The parent was there before, and is after its child was looked at again. */
function addDescendants(system: System, ours: Map<number, ProcessEntry>, alive: readonly ProcessEntry[]): void {
  for (let before = -1; before !== ours.size; ) {
    before = ours.size;
    for (const seen of alive) {
      const parent = ours.get(seen.ppid);
      if (parent === undefined || ours.has(seen.pid)) continue;
      if (find(system, seen)?.ppid === parent.pid && find(system, parent) !== null) ours.set(seen.pid, seen);
    }
  }
}
