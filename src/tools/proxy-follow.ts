/** Keeps proxies on the URL of the process that they follow, over its restarts. */
import type { ProcessManager } from '../process/manager.ts';
import type { ProxyManager } from '../proxy/manager.ts';
import { parseTarget } from '../proxy/target.ts';

const LOOK_MS = 60_000;
const PAUSE_MS = 100;

/** Runs until the signal. */
export async function followProcesses(
  processes: ProcessManager,
  proxies: ProxyManager,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const ticket = processes.changes.ticket();
    await follow(processes, proxies);
    await processes.changes.next(ticket, LOOK_MS, signal);
    await processes.changes.pause(PAUSE_MS, signal);
  }
}

/** One look: a process without a URL leaves its proxy where it is, whose page then waits for it. */
export async function follow(
  processes: Pick<ProcessManager, 'get'>,
  proxies: Pick<ProxyManager, 'list' | 'setTarget'>,
): Promise<void> {
  for (const proxy of proxies.list(null)) {
    const { processId, processPath } = proxy.request;
    const [url] = (processId === null ? null : processes.get(processPath, processId))?.facts.urls ?? [];
    if (url === undefined) continue;
    const { origin, entry } = parseTarget(url);
    // A target that is refused, such as a proxy of ours, leaves it where it is too.
    if (origin !== proxy.target.url) await proxies.setTarget(proxy, { ...proxy.target, url: origin }).catch(() => {});
    if (origin === proxy.target.url) proxy.entry = entry;
  }
}
