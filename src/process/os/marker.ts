/** The mark in the environment of everything that a daemon runs, by which it is found wherever it has moved. */
import { isAlive, type ProcessEntry } from './identity.ts';
import type { System } from './system.ts';

export const MARKER_NAME = 'DEVTOOL_MCP_MARKER';
const SHAPE = /^dtm-[0-9a-f]{32}$/;
const ENTRY = /^DEVTOOL_MCP_MARKER=dtm-[0-9a-f]{32}\.([1-9]\d*\0)?$/;

/** Of 16 random bytes. An empty or short marker would be found in strangers, so there is no other way to make one. */
export function newMarker(random: Uint8Array): string {
  return checkMarker(`dtm-${Buffer.from(random).toString('hex')}`);
}

/** Throws a RangeError for anything that is not exactly a marker, before anybody is looked for by it. */
export function checkMarker(marker: string): string {
  if (SHAPE.test(marker)) return marker;
  throw new RangeError(`marker=${JSON.stringify(marker.slice(0, 80))}: a marker is dtm- and 32 hexadecimal digits`);
}

/** What one run's children carry under MARKER_NAME. `run` is a positive whole number, never used twice by one daemon. */
export function markerValue(marker: string, run: number): string {
  if (!Number.isSafeInteger(run) || run < 1) throw new RangeError(`run=${run}: runs are numbered from 1`);
  return `${checkMarker(marker)}.${run}`;
}

/** As it stands in /proc/<pid>/environ: with its end, so that run 1 is not found in run 12. */
export const runEntry = (marker: string, run: number): string => `${MARKER_NAME}=${markerValue(marker, run)}\0`;

/** As above for every run of a daemon: how all of them begin. */
export const daemonEntry = (marker: string): string => `${MARKER_NAME}=${checkMarker(marker)}.`;

/** Throws a RangeError for anything that runEntry or daemonEntry did not make. */
export function checkEntry(entry: string): string {
  if (ENTRY.test(entry)) return entry;
  throw new RangeError(`entry=${JSON.stringify(entry.slice(0, 80))}: not an entry of a marker`);
}

/** Everybody alive who carries the entry; RangeError as checkEntry. */
export function findMarked(system: System, entry: string): ProcessEntry[] {
  checkEntry(entry);
  return (system.processes() ?? []).filter((seen) => isAlive(seen) && system.environmentHolds(seen, entry));
}

/** The marker's entries of an environment block (entries that end in NUL), each with its NUL; '' when there is none. */
export function markedEntries(environment: string): string {
  const entries = environment.split('\0').filter((entry) => entry.startsWith(`${MARKER_NAME}=`));
  return entries.map((entry) => `${entry}\0`).join('');
}
