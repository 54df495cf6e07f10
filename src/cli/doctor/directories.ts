/** The directories of the home: whose they are, who may enter, whether the disk has room, what lies in them. */
import { lstatSync, readdirSync, type Stats, statfsSync } from 'node:fs';
import type { Home } from '../../home/home.ts';
import { broken, type Check, ok, warning } from './check.ts';

const LITTLE_ROOM = 64 * 1_048_576;
const NO_ROOM = 1_048_576;

export interface DirectoryFacts {
  /** Null when nothing is there yet. */
  readonly stats: Pick<Stats, 'mode' | 'uid' | 'isDirectory' | 'isSymbolicLink'> | null;
  /** Bytes; null when nobody knows. */
  readonly free: number | null;
}

/** `uid` null: a system without users. */
export function directoryCheck(hop: string, path: string, { stats, free }: DirectoryFacts, uid: number | null): Check {
  const elsewhere = 'or set DEVTOOL_MCP_HOME to another directory.';
  if (stats === null) return ok(hop, `${path} is not there yet: the first daemon makes it`);
  if (!stats.isDirectory()) {
    const what = stats.isSymbolicLink() ? 'a symbolic link' : 'no directory';
    return broken(hop, `${path} is ${what}`, `Remove it: rm ${path}, ${elsewhere}`);
  }
  if (uid !== null && stats.uid !== uid)
    return broken(hop, `${path} belongs to user ${stats.uid}, not to user ${uid}`, `Have it removed, ${elsewhere}`);
  const mode = (stats.mode & 0o777).toString(8).padStart(4, '0');
  if (uid !== null && (stats.mode & 0o700) !== 0o700)
    return broken(hop, `${path} has mode ${mode}: you may not use it`, `chmod 700 ${path}`);
  if (uid !== null && (stats.mode & 0o077) !== 0)
    return warning(
      hop,
      `${path} has mode ${mode}: others may enter`,
      `chmod 700 ${path}; the next daemon does so too.`,
    );
  if (free !== null && free < LITTLE_ROOM) {
    const found = `${path}: ${Math.floor(free / 1_024)} kB are free on its disk`;
    const mend = `Make room, ${elsewhere}`;
    return free < NO_ROOM ? broken(hop, found, mend) : warning(hop, found, mend);
  }
  return ok(hop, `${path}, mode ${mode}${free === null ? '' : `, ${(free / 1e9).toFixed(1)} GB free`}`);
}

export function directoryChecks({ runtimeDirectory, stateDirectory }: Home, uid: number | null): Check[] {
  return [
    directoryCheck('runtime directory', runtimeDirectory, factsOf(runtimeDirectory), uid),
    directoryCheck('state directory', stateDirectory, factsOf(stateDirectory), uid),
  ];
}

function factsOf(path: string): DirectoryFacts {
  const stats = lstatSync(path, { throwIfNoEntry: false }) ?? null;
  return { stats, free: stats === null ? null : freeOf(path) };
}

function freeOf(path: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return null;
  }
}

/** `epoch`: of the daemon that runs; 0 for none. What earlier ones left is swept by the next. */
export function filesCheck({ runtimeDirectory }: Home, epoch: number): Check {
  const stale = namesIn(runtimeDirectory).filter((name) => isStale(name, epoch));
  const told = `${stale.length} ${stale.length === 1 ? 'file' : 'files'} of earlier daemons`;
  return ok('files', stale.length === 0 ? 'nothing stale' : `${told}: ${stale.slice(0, 5).join(', ')}; harmless`);
}

/** Owner files are kept on purpose: the greatest epoch is never taken away. */
function isStale(name: string, epoch: number): boolean {
  const number = /^(?:daemon-(\d+)\.sock|start-(\d+)|\.claim-.*)$/.exec(name);
  return number !== null && Number(number[1] ?? number[2] ?? 0) !== epoch;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
