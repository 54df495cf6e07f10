/**
 * Who owns the daemon: files `owner-<epoch>` in the runtime directory, each the pid and start time of one daemon. The greatest
 * epoch counts, and is never unlinked; a daemon comes next only when its owner is dead (src/daemon/epoch.ts).
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Owner {
  readonly pid: number;
  /** proc(5), field 22; on systems without /proc the start as `ps` prints it. */
  readonly startTime: string;
}

export interface OwnedEpoch {
  readonly epoch: number;
  /** Null for a file that says nothing: written by no daemon, since those link complete files. */
  readonly owner: Owner | null;
}

const NAME = /^owner-([1-9]\d{0,14})$/;

export const ownerPath = (directory: string, epoch: number): string => join(directory, `owner-${epoch}`);

/** Epochs that are claimed, ascending. */
export function epochs(directory: string): number[] {
  try {
    return readdirSync(directory)
      .flatMap((name) => NAME.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
  } catch {
    return [];
  }
}

/** Null when no daemon has ever been. */
export function latestEpoch(directory: string): OwnedEpoch | null {
  const epoch = epochs(directory).at(-1);
  return epoch === undefined ? null : { epoch, owner: readOwner(ownerPath(directory, epoch)) };
}

function readOwner(path: string): Owner | null {
  try {
    const owner: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof owner !== 'object' || owner === null || !('pid' in owner) || !('startTime' in owner)) return null;
    const { pid, startTime } = owner;
    return typeof pid === 'number' && typeof startTime === 'string' ? { pid, startTime } : null;
  } catch {
    return null;
  }
}

/** A pid that was reused has another start time; a zombie is dead. */
export function isOwnerAlive(owner: Owner | null): boolean {
  return owner !== null && startTimeOf(owner.pid) === owner.startTime;
}

/** Null when there is no such process, or nothing but its zombie. */
export function startTimeOf(pid: number): string | null {
  if (process.platform === 'linux') return fromProc(pid);
  if (process.platform === 'win32') return isThere(pid) ? 'unknown' : null;
  const row = spawnSync('ps', ['-p', String(pid), '-o', 'stat=,lstart='], { encoding: 'utf8' }).stdout.trim();
  return row === '' || row.startsWith('Z') ? null : row.replace(/^\S+\s+/, '').replace(/\s+/g, ' ');
}

function fromProc(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may hold anything: count from the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
