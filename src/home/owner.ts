/**
 * Who owns the daemon: files `owner-<epoch>` in the runtime directory, each the pid and start time of one daemon. The greatest
 * epoch counts, and is never unlinked; a daemon comes next only when its owner is dead (src/daemon/epoch.ts).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRunning } from './process-start.ts';

export interface Owner {
  readonly pid: number;
  /** As `startTimeOf` reads it. */
  readonly startTime: string;
}

export interface OwnedEpoch {
  readonly epoch: number;
  /** Null for a file that names nobody: written by no daemon, since those link complete files. */
  readonly owner: Owner | null;
}

const NAME = /^owner-([1-9]\d{0,14})$/;

export const ownerPath = (directory: string, epoch: number): string => join(directory, `owner-${epoch}`);

/** Epochs that are claimed, ascending. Throws when the directory is there and cannot be read: that is not the same as none. */
export function epochs(directory: string): number[] {
  return (unlessMissing(() => readdirSync(directory)) ?? [])
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

/** Null when no daemon has ever been. */
export function latestEpoch(directory: string): OwnedEpoch | null {
  const epoch = epochs(directory).at(-1);
  return epoch === undefined ? null : { epoch, owner: readOwner(ownerPath(directory, epoch)) };
}

function readOwner(path: string): Owner | null {
  const text = unlessMissing(() => readFileSync(path, 'utf8'));
  return text === null ? null : parseOwner(text);
}

function parseOwner(text: string): Owner | null {
  try {
    const owner: unknown = JSON.parse(text);
    if (typeof owner !== 'object' || owner === null || !('pid' in owner) || !('startTime' in owner)) return null;
    const { pid, startTime } = owner;
    return typeof pid === 'number' && typeof startTime === 'string' ? { pid, startTime } : null;
  } catch {
    return null;
  }
}

function unlessMissing<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Throws when the system cannot tell: a live owner must never pass for a dead one. */
export function isOwnerAlive(owner: Owner | null): boolean {
  return owner !== null && isRunning(owner.pid, owner.startTime);
}
