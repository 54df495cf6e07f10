/** Follows a process whose readiness is declared, so that each of its runs is known to be ready without anybody waiting for it. */
import { isLive } from './machine.ts';
import type { ManagedProcess } from './managed-process.ts';
import { type WaitTools, waitFor } from './wait.ts';

const LOOK_MS = 60_000;

/** Until the entry is removed, or the signal. A pattern that is refused is told by `say`, and nothing becomes ready by it. */
export async function followReadiness(
  managed: ManagedProcess,
  tools: WaitTools,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  const options = { timeoutMs: LOOK_MS, signal, progress: null, after: null };
  while (!signal.aborted && !managed.retired) {
    const ticket = tools.changes.ticket();
    const { run, state } = managed.snapshot();
    if (isLive(state) && managed.readyRun !== run) {
      try {
        await waitFor(managed, { kind: 'ready' }, options, tools);
      } catch (error) {
        if (!signal.aborted) say(`${managed.id}: ${String(error)}`);
        return;
      }
    } else await tools.changes.next(ticket, LOOK_MS, signal);
  }
}
