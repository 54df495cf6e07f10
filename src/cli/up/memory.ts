/** Resident memory of process groups, from /proc; none is known elsewhere. */
import { readdirSync, readFileSync } from 'node:fs';
import { procStat } from '../../home/process-start.ts';

const LOOK_EVERY_MS = 3_000;

/** Bytes by group; shared pages are counted with each process that has them (proc_pid_status(5), VmRSS). */
function memoryOf(groups: ReadonlySet<number>): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  if (process.platform !== 'linux' || groups.size === 0) return found;
  for (const name of readdirSync('/proc')) {
    const group = /^\d+$/.test(name) ? groupOf(Number(name)) : null;
    if (group === null || !groups.has(group)) continue;
    found.set(group, (found.get(group) ?? 0) + residentOf(name));
  }
  return found;
}

/** `pgrp` is field 5 of proc_pid_stat(5). */
function groupOf(pid: number): number | null {
  try {
    return Number(procStat(pid)?.[2] ?? Number.NaN);
  } catch {
    return null;
  }
}

function residentOf(pid: string): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) * 1_024;
  } catch {
    return 0;
  }
}

/** Looks at most once in a while: each look reads a file of every process. */
export function createMemoryLook(now: () => number): (groups: ReadonlySet<number>) => ReadonlyMap<number, number> {
  let seen: { at: number; memory: ReadonlyMap<number, number> } | null = null;
  return (groups) => {
    const isKnown = seen !== null && [...groups].every((group) => seen?.memory.has(group));
    if (seen === null || !isKnown || now() - seen.at > LOOK_EVERY_MS) seen = { at: now(), memory: memoryOf(groups) };
    return seen.memory;
  };
}
