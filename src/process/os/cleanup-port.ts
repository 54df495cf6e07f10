/** Frees a port from whoever listens on exactly that port; never from us, our ancestors, other users, or those who are merely connected to it. */
import { type Identity, isOrdinaryPid } from './identity.ts';
import { signalOne } from './signal.ts';
import type { StopClock } from './stop-tree.ts';
import { ancestors, isSame, type System } from './system.ts';

export interface Holder {
  readonly pid: number;
  readonly command: string;
}

export interface Cleanup {
  /** Who listened there and has ended. */
  readonly killed: readonly Holder[];
  readonly message: string;
  /** Who listens there still. */
  readonly left: readonly Holder[];
  /** Somebody listens there, and none of them may be ended. */
  readonly refused: boolean;
}

const GRACE_MS = 3_000;
const FORCE_MS = 2_000;
const POLL_MS = 20;

export const holdersOf = (system: System, port: number): Holder[] => named(system, system.listenersOn(port));

/** SIGTERM, and SIGKILL after a grace period; resolves when the listeners are gone and the port is free of them. Never rejects. */
export async function cleanupPort(system: System, port: number, dryRun: boolean, clock: StopClock): Promise<Cleanup> {
  const above = ancestors(system);
  const listeners = system.listenersOn(port);
  const targets = listeners.filter(({ pid }) => isOrdinaryPid(pid) && !above.has(pid) && system.isOurs(pid));
  if (targets.length === 0) return untouched(system, port, listeners);
  const others = named(system, targets);
  if (dryRun)
    return { killed: [], message: `would end ${list(others)}, listening on port ${port}`, left: [], refused: false };
  await end(system, port, targets, clock);
  const killed = others.filter((_, at) => targets[at] !== undefined && !isSame(system, targets[at]));
  const left = holdersOf(system, port);
  const ended = killed.length === 0 ? 'ended nobody' : `ended ${list(killed)}`;
  if (left.length > 0)
    return { killed, message: `${ended}; still listening on port ${port}: ${list(left)}`, left, refused: false };
  return { killed, message: `port ${port} is free: ${ended}`, left, refused: false };
}

/** Nobody who could be ended. */
function untouched(system: System, port: number, listeners: readonly Identity[]): Cleanup {
  if (listeners.length > 0) {
    const own = named(system, listeners);
    return {
      killed: [],
      message: `port ${port} is devtool-mcp's own, its parents' or another user's: ${list(own)}`,
      left: own,
      refused: true,
    };
  }
  const hidden = system.isListenedOn(port);
  const message = hidden
    ? `port ${port} is listened on by a process that this user may neither see nor end`
    : `nobody listens on port ${port}`;
  return { killed: [], message, left: [], refused: hidden };
}

async function end(system: System, port: number, targets: readonly Identity[], clock: StopClock): Promise<void> {
  for (const [signal, withinMs] of [
    ['SIGTERM', GRACE_MS],
    ['SIGKILL', FORCE_MS],
  ] as const) {
    for (const target of targets) signalOne(system, target, signal);
    if (await freed(system, port, targets, withinMs, clock)) return;
  }
}

async function freed(
  system: System,
  port: number,
  targets: readonly Identity[],
  withinMs: number,
  clock: StopClock,
): Promise<boolean> {
  const pids = new Set(targets.map(({ pid }) => pid));
  const until = clock.micros() + withinMs * 1000;
  while (
    targets.some((target) => isSame(system, target)) ||
    system.listenersOn(port).some(({ pid }) => pids.has(pid))
  ) {
    if (clock.micros() >= until) return false;
    await new Promise<void>((resolve) => {
      clock.after(POLL_MS, resolve);
    });
  }
  return true;
}

const named = (system: System, identities: readonly Identity[]): Holder[] =>
  identities.map(({ pid }) => ({ pid, command: system.command(pid) }));

const list = (holders: readonly Holder[]): string =>
  holders.map(({ pid, command }) => `${pid} (${command})`).join(', ');
