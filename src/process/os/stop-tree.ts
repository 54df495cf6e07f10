/** Ends a run's tree: asks, waits until the whole tree is gone, forces what is left after the grace period. */
import type { Census } from './census.ts';
import type { ProcessEntry } from './identity.ts';
import { signalOne, signalTree } from './signal.ts';
import type { System } from './system.ts';

export interface StopClock {
  /** Monotonic microseconds. */
  micros(): number;
  after(ms: number, run: () => void): { cancel(): void };
}

export type TreeStopped =
  | { readonly gone: true; readonly forced: boolean }
  | { readonly gone: false; readonly forced: true; readonly left: readonly ProcessEntry[] };

/** Between two looks; short at first, since most trees end at once. */
const POLL_MS = [5, 10, 20, 30] as const;
const LONGEST_POLL_MS = 50;
/** Hundreds of processes take so long to die; only who is there after that has outrun the signal. */
const DYING_MS = 80;
/** A fork during a look may hide a child and its parent's end both; it cannot do so twice in a row. More than a shared table's age. */
const CONFIRM_MS = 5;
/** What stays for so long cannot be killed: state D, or not ours to signal. About 2.5 s. */
const FORCE_ROUNDS = 50;
/** Looks for newcomers of a tree that has outrun a SIGKILL; each takes well below a millisecond. */
const FREEZING_LOOKS = 100;

export interface StopTreeOptions {
  readonly force: boolean;
  readonly graceMs: number;
  /** On the clock: the grace period ends then, if that comes first. Asked again and again. */
  readonly killBy?: () => number;
}

/**
 * SIGTERM to everybody once, and SIGCONT to those who are stopped and could not act on it; then no SIGKILL before `graceMs`
 * are over: a leader may end long before its script's last words. `force` begins with SIGKILL. Never rejects.
 */
export async function stopTree(
  system: System,
  census: Census,
  options: StopTreeOptions,
  clock: StopClock,
): Promise<TreeStopped> {
  if (await isGone(census, clock)) return { gone: true, forced: false };
  if (!options.force) {
    signalTree(system, census, 'SIGTERM');
    if (await goneWithin(system, census, options, clock)) return { gone: true, forced: false };
  }
  for (let round = 0; round < FORCE_ROUNDS; round++) {
    if (round > 0) freeze(system, census);
    signalTree(system, census, 'SIGKILL');
    const waitMs = round === 0 ? DYING_MS : (POLL_MS[round] ?? LONGEST_POLL_MS);
    if (await goneSoon(census, waitMs, clock)) return { gone: true, forced: true };
  }
  return { gone: false, forced: true, left: census.members() };
}

async function goneWithin(
  system: System,
  census: Census,
  { graceMs, killBy }: StopTreeOptions,
  clock: StopClock,
): Promise<boolean> {
  const end = clock.micros() + graceMs * 1000;
  for (let poll = 0; ; poll++) {
    if (await isGone(census, clock)) return true;
    for (const member of census.members()) if (member.state === 'T') signalOne(system, member, 'SIGCONT');
    const left = (Math.min(end, killBy?.() ?? end) - clock.micros()) / 1000;
    if (left <= 0) return false;
    await pause(Math.min(left, POLL_MS[poll] ?? LONGEST_POLL_MS), census, clock);
  }
}

/** Looks again and again, without asking anybody for anything. */
async function goneSoon(census: Census, withinMs: number, clock: StopClock): Promise<boolean> {
  for (let waited = 0; waited < withinMs; waited += POLL_MS[0]) {
    await pause(POLL_MS[0], census, clock);
    if (await isGone(census, clock)) return true;
  }
  return false;
}

async function isGone(census: Census, clock: StopClock): Promise<boolean> {
  if (!census.isEmpty()) return false;
  await pause(CONFIRM_MS, census, clock);
  return census.isEmpty();
}

/** Stops everybody where they are, until no more turn up: those who fork as fast as they are killed cannot any more. */
function freeze(system: System, census: Census): void {
  signalTree(system, census, 'SIGSTOP');
  for (let look = 0, quiet = 0; look < FREEZING_LOOKS && quiet < 3; look++) {
    const newcomers = census.newcomers();
    quiet = newcomers.length === 0 ? quiet + 1 : 0;
    for (const newcomer of newcomers.toReversed()) signalOne(system, newcomer, 'SIGSTOP');
  }
}

/** Until the time is over, or the leader has exited: then the rest of the tree has often gone with it. */
function pause(ms: number, census: Census, clock: StopClock): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      timer.cancel();
      forget();
      resolve();
    };
    const timer = clock.after(ms, done);
    const forget = census.onLeaderExit(done);
  });
}
