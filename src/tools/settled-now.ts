/** An instant up to which all that processes have written can be read. */
import { timeOf } from './health.ts';
import type { Workbench } from './workbench.ts';

/** A worker that takes longer for its turn is busy, and its output told by the next look. */
const TURN_MS = 100;

/**
 * Now. What the process worker has stamped before may not be in shared memory yet, where it waits for a processor: a cursor that had
 * passed it, for what came meanwhile from elsewhere, would lose it. Once it has answered, its turn of then is over.
 */
export async function settledNow(workbench: Workbench): Promise<number> {
  const now = workbench.proxies.now();
  await timeOf(workbench.processes.ping(), TURN_MS, workbench);
  return now;
}
