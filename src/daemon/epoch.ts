/**
 * Single instance by epochs. A daemon claims the next epoch by linking a complete file to that epoch's name, and only if the
 * present owner is dead. link(2) fails if the name exists, so of several contenders one wins. The greatest epoch is never
 * unlinked; a slow contender that links a number which was swept meanwhile sees the greater one that its sweeper holds, and yields.
 */
import { linkSync, readdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { epochs, isOwnerAlive, latestEpoch, ownerPath, startTimeOf } from '../home/owner.ts';

export type Claim =
  | { readonly owned: true; readonly epoch: number }
  | { readonly owned: false; readonly epoch: number; readonly pid: number | null };

/** `directory` is secured already; `pid` is the caller's own; `present` is what it has seen there. */
export function claimEpoch(directory: string, pid: number, present = latestEpoch(directory)): Claim {
  if (present !== null && isOwnerAlive(present.owner))
    return { owned: false, epoch: present.epoch, pid: present.owner?.pid ?? null };
  const epoch = (present?.epoch ?? 0) + 1;
  const complete = join(directory, `.claim-${pid}-${process.hrtime.bigint()}`);
  writeFileSync(complete, JSON.stringify({ pid, startTime: startTimeOf(pid) ?? '' }), { mode: 0o600, flag: 'wx' });
  try {
    linkSync(complete, ownerPath(directory, epoch));
    const greatest = latestEpoch(directory);
    if (greatest === null || greatest.epoch === epoch) return { owned: true, epoch };
    unlinkSync(ownerPath(directory, epoch));
    return { owned: false, epoch: greatest.epoch, pid: greatest.owner?.pid ?? null };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return { owned: false, epoch, pid: null };
    throw error;
  } finally {
    unlinkSync(complete);
  }
}

/** What earlier daemons left: their owner files and sockets. The owner of `epoch` alone may call it. */
export function sweepEpochs(directory: string, epoch: number, socketPath: (epoch: number) => string): void {
  for (const old of epochs(directory)) {
    if (old >= epoch) continue;
    rmSync(socketPath(old), { force: true });
    rmSync(ownerPath(directory, old), { force: true });
  }
  for (const name of readdirSync(directory)) {
    const pid = /^\.claim-(\d+)-/.exec(name)?.[1];
    if (pid !== undefined && startTimeOf(Number(pid)) === null) rmSync(join(directory, name), { force: true });
  }
}
