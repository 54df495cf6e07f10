/** Signals that can reach nobody but those they are meant for. */
import type { Census } from './census.ts';
import { type Identity, isOrdinaryPid } from './identity.ts';
import { ancestors, isSame, type System } from './system.ts';

/**
 * Verifies pid and start time right before the signal; false when the process is gone, another's by now, or may not be
 * signalled: ourselves, our ancestors (`above`), pids that stand for more than one process.
 */
export function signalOne(
  system: System,
  target: Identity,
  signal: NodeJS.Signals,
  above: ReadonlySet<number> = ancestors(system),
): boolean {
  if (!isOrdinaryPid(target.pid) || above.has(target.pid)) return false;
  return isSame(system, target) && system.kill(target.pid, signal);
}

/**
 * Each member once: those in the run's own group by one signal to the group, so that none can fork past it, then the others
 * one by one, the newest first: it has had the least time to fork. The group does not wait for the look at all processes, which
 * takes tens of milliseconds among hundreds; whoever calls this has just had one.
 */
export function signalTree(system: System, census: Census, signal: NodeJS.Signals): void {
  const above = ancestors(system);
  // The look that group() takes must be the last before the signal.
  const group = census.group();
  if (group !== null) system.kill(-group, signal);
  for (const member of census.members().toReversed())
    if (member.pgid !== group) signalOne(system, member, signal, above);
}
