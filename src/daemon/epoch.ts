/**
 * Single instance by epochs. A daemon claims the next epoch by linking a complete file to that epoch's name, and only if the
 * present owner is dead. link(2) fails if the name exists, so of several contenders one wins. The greatest epoch is never
 * unlinked; a slow contender that links a number which was swept meanwhile sees the greater one that its sweeper holds, and yields.
 */
import { linkSync, readdirSync, rmSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { epochs, isOwnerAlive, latestEpoch, ownerPath } from '../home/owner.ts';
import { startTimeOf } from '../home/process-start.ts';

export type Claim =
  | { readonly owned: true; readonly epoch: number }
  | { readonly owned: false; readonly epoch: number; readonly pid: number | null };

/**
 * Owner files that a sweep leaves besides the greatest. A directory that is read while files come and go may show neither the one
 * that went nor the one that came; with so many left, that many daemons would have to come and go during one look.
 */
const KEPT = 8;

/** `directory` is secured already; `pid` is the caller's own; `present` is what it has seen there. */
export function claimEpoch(directory: string, pid: number, present = latestEpoch(directory)): Claim {
  if (present !== null && isOwnerAlive(present.owner))
    return { owned: false, epoch: present.epoch, pid: present.owner?.pid ?? null };
  const epoch = (present?.epoch ?? 0) + 1;
  if (!linkOwner(directory, epoch, pid)) return { owned: false, epoch, pid: null };
  const greatest = latestEpoch(directory);
  if (greatest === null || greatest.epoch === epoch) return { owned: true, epoch };
  unlinkSync(ownerPath(directory, epoch));
  return { owned: false, epoch: greatest.epoch, pid: greatest.owner?.pid ?? null };
}

/** False when the name is taken. Takes effect at link(2); killed at any point, it leaves a whole owner file or none. */
function linkOwner(directory: string, epoch: number, pid: number): boolean {
  const startTime = startTimeOf(pid);
  if (startTime === null) throw new Error(`pid=${pid} has no start time that can be read`);
  const complete = join(directory, `.claim-${pid}-${process.hrtime.bigint()}`);
  try {
    writeFileSync(complete, JSON.stringify({ pid, startTime }), { mode: 0o600, flag: 'wx' });
    linkSync(complete, ownerPath(directory, epoch));
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(complete, { force: true });
  }
}

/** What earlier daemons and starts left: their sockets, old owner files, tickets. The owner of `epoch` alone may call it. */
export function sweepEpochs(directory: string, epoch: number, socketPath: (epoch: number) => string): void {
  for (const old of epochs(directory)) {
    if (old >= epoch) continue;
    rmSync(socketPath(old), { force: true });
    if (old < epoch - KEPT) rmSync(ownerPath(directory, old), { force: true });
  }
  for (const name of readdirSync(directory)) {
    const [, kind, number = ''] = /^(\.claim|start|daemon)-(\d+)/.exec(name) ?? [];
    const isLeft = kind === '.claim' ? startTimeOf(Number(number)) === null : Number(number) < epoch;
    if (kind !== undefined && isLeft) rmSync(join(directory, name), { force: true });
  }
}

export type Hold =
  | 'held'
  /** Its file had been taken, and nobody has come since. */
  | 'restored'
  /** A greater epoch rules, or somebody found no owner and is one now: this daemon must end. */
  | 'lost';

/** For the owner of `epoch`: keeps its file from those who clean temporary folders by age, and puts it back when it was taken. `seconds`: wall time. */
export function holdEpoch(directory: string, epoch: number, pid: number, seconds: number): Hold {
  const latest = latestEpoch(directory);
  if (latest !== null && latest.epoch > epoch) return 'lost';
  if (latest?.epoch === epoch) {
    if (latest.owner?.pid !== pid) return 'lost';
    utimesSync(ownerPath(directory, epoch), seconds, seconds);
    return 'held';
  }
  if (latest !== null && isOwnerAlive(latest.owner)) return 'lost';
  return linkOwner(directory, epoch, pid) ? 'restored' : 'lost';
}
