/** System over `ps` and `lsof`, where there is no /proc: macOS. Its output is parsed in tests, but no test has run on macOS. */
import { spawnSync } from 'node:child_process';
import type { Identity, ProcessEntry } from './identity.ts';
import { checkEntry, MARKER_NAME } from './marker.ts';
import { sendSignal } from './send-signal.ts';
import type { System } from './system.ts';

const COLUMNS = 'pid=,ppid=,pgid=,stat=,lstart=';
/** `ps` prints the start as five words: `Mon Nov 23 15:04:05 2026`. */
const ROW = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S)\S*\s+(\S+\s+\S+\s+\S+\s+\S+\s+\d{4})\s*$/;

export function macosSystem(ownPid: number): System {
  return {
    ownPid,
    processes: () => parseRows(output('ps', ['-A', '-o', COLUMNS])),
    pids: () => parseRows(output('ps', ['-A', '-o', COLUMNS]))?.map(({ pid }) => pid) ?? null,
    read: (pid) => parseRows(output('ps', ['-p', String(pid), '-o', COLUMNS]) ?? '')?.[0] ?? null,
    command: (pid) => commandOf(pid).slice(0, 200),
    environmentHolds: ({ pid }, entry) => {
      const plain = commandOf(pid);
      const withEnvironment = (output('ps', ['-E', '-ww', '-p', String(pid), '-o', 'command=']) ?? '').trim();
      return environmentTextHolds(withEnvironment.slice(plain.length), entry);
    },
    standardStreams: () => [],
    kill: sendSignal,
    listeningPorts: (pids) =>
      pids.length === 0 ? [] : parsePorts(lsof(['-a', '-iTCP', '-sTCP:LISTEN', '-Fn', '-p', pids.join(',')])),
    listenersOn(port) {
      const before = parseRows(output('ps', ['-A', '-o', COLUMNS])) ?? [];
      const pids = new Set(parsePids(lsof(['-Fp', `-iTCP:${port}`, '-sTCP:LISTEN'])));
      return before.filter(({ pid }): boolean => pids.has(pid)) satisfies readonly Identity[];
    },
    isOurs: (pid) => output('ps', ['-p', String(pid), '-o', 'uid='])?.trim() === String(process.getuid?.()),
    isListenedOn: (port) => parsePids(lsof(['-Fp', `-iTCP:${port}`, '-sTCP:LISTEN'])).length > 0,
  };
}

/** Null when `ps` could not be run. */
export function parseRows(listing: string | null): ProcessEntry[] | null {
  if (listing === null) return null;
  return listing.split('\n').flatMap((row): ProcessEntry[] => {
    const [, pid, ppid, pgid, state, start] = ROW.exec(row) ?? [];
    if (state === undefined || start === undefined) return [];
    const startTime = start.split(/\s+/).join('_');
    return [{ pid: Number(pid), startTime, ppid: Number(ppid), pgid: Number(pgid), sid: 0, state }];
  });
}

/** `ps -E` appends the environment to the command, entries apart by spaces. */
export function environmentTextHolds(text: string, entry: string): boolean {
  return checkEntry(entry).startsWith(MARKER_NAME) && ` ${text} `.includes(` ${entry.replace('\0', ' ')}`);
}

/** `lsof -Fn` prints a line `n*:3000`, `n127.0.0.1:3000` or `n[::1]:3000` for each socket. */
export function parsePorts(listing: string): number[] {
  const found = [...listing.matchAll(/^n.*:(\d+)$/gm)].map((match) => Number(match[1]));
  return [...new Set(found)].sort((a, b) => a - b);
}

/** `lsof -Fp` prints a line `p123` for each process. */
export const parsePids = (listing: string): number[] =>
  [...listing.matchAll(/^p(\d+)$/gm)].map((match) => Number(match[1]));

const commandOf = (pid: number): string => (output('ps', ['-ww', '-p', String(pid), '-o', 'command=']) ?? '').trim();

/** lsof exits with 1 when there is nothing to list. */
const lsof = (args: readonly string[]): string =>
  spawnSync('lsof', ['-nP', ...args], { encoding: 'utf8' }).stdout ?? '';

/** In the C locale, or the start would be printed in other words. Null when it could not be run. */
function output(command: string, args: readonly string[]): string | null {
  const { stdout, error } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { PATH: '/bin:/usr/bin:/usr/sbin', LC_ALL: 'C' },
    maxBuffer: 1 << 26,
  });
  return error === undefined ? stdout : null;
}
