/** Linux: processes as /proc tells of them (proc(5)). Whatever cannot be read is not there. */
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync, readSync, statSync } from 'node:fs';
import type { ProcessEntry } from './identity.ts';

const PID = /^[1-9]\d*$/;
/** Far longer than any /proc/<pid>/stat: 52 numbers and a name of at most 64 bytes. */
const stat = Buffer.alloc(4096);

/** Null when there is no descriptor or memory left to look with: then nobody may be taken for gone. */
export function readProcesses(): ProcessEntry[] | null {
  try {
    return pidNames().flatMap((pid) => readStat(pid) ?? []);
  } catch {
    return null;
  }
}

/** Null as above. */
export function readPids(): number[] | null {
  try {
    return pidNames().map(Number);
  } catch {
    return null;
  }
}

const pidNames = (): string[] => readdirSync('/proc').filter((name) => PID.test(name));

/** Null when there is no such process, or it may not be looked at. */
export function readEntry(pid: number): ProcessEntry | null {
  try {
    return readStat(String(pid));
  } catch {
    return null;
  }
}

/** One read(2), so that all fields are of one moment. Throws when the system is short of something. */
function readStat(pid: string): ProcessEntry | null {
  let file = -1;
  try {
    file = openSync(`/proc/${pid}/stat`, 'r');
    return parseStat(stat.toString('latin1', 0, readSync(file, stat)));
  } catch (error) {
    if (isShortage(error)) throw error;
    // ENOENT before it was opened, ESRCH after; EACCES and EPERM where others are hidden (proc(5), hidepid).
    return null;
  } finally {
    if (file >= 0) closeSync(file);
  }
}

const isShortage = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['EMFILE', 'ENFILE', 'ENOMEM'].includes(String(error.code));

/** The name in parentheses may hold anything, further parentheses and newlines too: fields are counted from the last `)`. */
export function parseStat(text: string): ProcessEntry | null {
  const open = text.indexOf(' (');
  const close = text.lastIndexOf(') ');
  if (open < 0 || close < open) return null;
  const pid = text.slice(0, open);
  const fields = text.slice(close + 2).split(' ');
  const [state, ppid, pgid, sid] = fields;
  const startTime = fields[19];
  if (!state || !startTime || !PID.test(pid)) return null;
  return {
    pid: Number(pid),
    startTime,
    ppid: Number(ppid),
    pgid: Number(pgid),
    sid: Number(sid),
    state,
  };
}

/** Its effective user is ours: whom /proc/<pid> belongs to (proc(5)). */
export function isOwn(pid: number): boolean {
  try {
    return statSync(`/proc/${pid}`).uid === process.getuid?.();
  } catch {
    return false;
  }
}

/** The file that `pid` executes; '' when it is over. */
export const readProgram = (pid: number): string => link(`/proc/${pid}/exe`);

export const readArguments = (pid: number): string[] =>
  read(`/proc/${pid}/cmdline`)?.toString('utf8').split('\0') ?? [];

/** As wait(2) would tell it of `pid`, which has ended and was not waited for; null for any other. */
export function readWaitStatus(pid: number): number | null {
  const text = read(`/proc/${pid}/stat`)?.toString('latin1') ?? '';
  const fields = text.slice(text.lastIndexOf(') ') + 2).split(' ');
  return fields[0] === 'Z' ? Number(fields[49]) : null;
}

/** As in the command line, arguments apart by spaces; kernel threads and the dead have none. */
export function readCommand(pid: number): string {
  const line = read(`/proc/${pid}/cmdline`)?.toString('utf8').split('\0').join(' ').trim() ?? '';
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

/** The environment that `pid` was started with; '' while it is being replaced (execve(2)), null when we may not look. */
export function readEnvironment(pid: number): string | null {
  return read(`/proc/${pid}/environ`)?.toString('latin1') ?? null;
}

/**
 * What descriptors 0 to 2 are, where they are sockets: `socket:[123]`. Those are what libuv makes for a child's pipes. Files and
 * terminals are anybody's, and the two ends of a pipe have one name.
 */
export function readStandardStreams(pid: number): string[] {
  return [0, 1, 2].map((fd) => link(`/proc/${pid}/fd/${fd}`)).filter((name) => /^socket:\[\d+\]$/.test(name));
}

/** Inodes of the sockets that `pid` has open. */
export function readSocketInodes(pid: number): Set<string> {
  const inodes = new Set<string>();
  for (const name of names(`/proc/${pid}/fd`)) {
    const [, inode] = /^socket:\[(\d+)\]$/.exec(link(`/proc/${pid}/fd/${name}`)) ?? [];
    if (inode !== undefined) inodes.add(inode);
  }
  return inodes;
}

/** TCP sockets in the state LISTEN, both families: inode → port. */
export function readListeningSockets(): Map<string, number> {
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].map((table) => read(table)?.toString('latin1') ?? '');
  return new Map(tables.flatMap(parseListening));
}

/** Rows of /proc/net/tcp and tcp6: slot, local address:port (hex), remote, state (0A is LISTEN), …, the tenth word is the inode. */
export function parseListening(table: string): [inode: string, port: number][] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((row): [string, number][] => {
      const [, local, , state, , , , , , inode] = row.trim().split(/\s+/);
      if (state !== '0A' || local === undefined || inode === undefined) return [];
      return [[inode, Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16)]];
    });
}

function read(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

function names(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function link(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
