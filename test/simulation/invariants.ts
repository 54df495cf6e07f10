/** What holds at every instant of a simulated daemon. */

import type { EndedBy } from '../../src/process/machine.ts';
import { isLive } from '../../src/process/machine.ts';
import type { World } from './world.ts';

export interface Invariants {
  /** The first that does not hold, in words; null when all do. */
  broken(): string | null;
}

export function createInvariants({ processes, proxies, proxyWorkers, machine }: World): Invariants {
  /** Of each run that has ended, by entry: why. */
  const causes = new Map<object, Map<number, EndedBy>>();
  let started = 0;

  function ofProcesses(): string | null {
    const seen = new Set<string>();
    let running = 0;
    for (const entry of processes.list(null, null)) {
      const key = `${entry.path} ${entry.id}`;
      if (seen.has(key)) return `two entries of ${key}`;
      seen.add(key);
      const cell = entry.snapshot();
      if (isLive(cell.state)) running += 1;
      if (cell.state === 'running' && cell.pid === null) return `${key} runs without a pid`;
      if (isLive(cell.state)) continue;
      if (processes.view(entry).ended_by === null) return `${key} is ${cell.state}, and nothing says why`;
      if (cell.run === 0 || cell.endedBy === null) continue;
      const known = causes.get(entry) ?? new Map<number, EndedBy>();
      causes.set(entry, known);
      const before = known.get(cell.run);
      if (before !== undefined && before !== cell.endedBy)
        return `run ${cell.run} of ${key} ended by ${before}, then by ${cell.endedBy}`;
      known.set(cell.run, cell.endedBy);
    }
    const leaders = machine.leaders();
    const twice = leaders.find((key, at) => leaders.indexOf(key) !== at);
    if (twice !== undefined) return `two live runs of ${twice}`;
    const { active, total_started } = processes.totals();
    if (active < 0 || active > running) return `${active} active, and ${running} live`;
    if (total_started < started) return `${total_started} started, and ${started} before`;
    started = total_started;
    return null;
  }

  function ofProxies(): string | null {
    const alive = proxyWorkers.filter(({ isAlive }) => isAlive).length;
    const ports = proxyWorkers.flatMap(({ listensOn }) => listensOn ?? []);
    if (new Set(ports).size < ports.length) return `two proxies on one port: ${ports.join(' ')}`;
    for (const { id, state, link } of proxies.list(null))
      if (state === 'running' && link === null) return `proxy ${id} runs without a worker`;
    return alive > 16 + proxies.list(null).length ? `${alive} proxy workers` : null;
  }

  return {
    broken() {
      const [wronged] = machine.wronged;
      if (wronged !== undefined) return `a stranger was signalled, pid ${wronged.pid}`;
      return ofProcesses() ?? ofProxies();
    },
  };
}
