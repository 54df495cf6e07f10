/** When a process started: with its pid, a name that no other process ever has. */
import { readFileSync } from 'node:fs';

/** Null when there is no such process, nothing but its zombie, or no telling. Ticks since boot on Linux, a UTC date elsewhere: only to be compared. */
export function startTimeOf(pid: number): string | null {
  try {
    return read(pid);
  } catch {
    return null;
  }
}

/** A pid that was reused has another start time; a zombie is dead. Throws when the system cannot tell (EMFILE, ENOMEM): nobody may be taken for dead then. */
export const isRunning = (pid: number, startTime: string): boolean => read(pid) === startTime;

function read(pid: number): string | null {
  if (process.platform === 'linux') return fromProc(pid);
  return process.platform === 'win32' ? (isThere(pid) ? 'unknown' : null) : fromPs(pid);
}

/** Fields of proc_pid_stat(5) from the third, the state, on; null when there is no such process, or none that we may see. */
export function procStat(pid: number): readonly string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may hold anything: count from the last one.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch (error) {
    if (error instanceof Error && 'code' in error && HIDDEN.has(error.code)) return null;
    throw error;
  }
}

const HIDDEN: ReadonlySet<unknown> = new Set(['ENOENT', 'ESRCH', 'EACCES', 'EPERM']);

/** `starttime` is field 22. */
function fromProc(pid: number): string | null {
  const fields = procStat(pid);
  return fields === null || fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
}

/** Two callers must read the same: `lstart` is in the caller's language and time zone unless told. */
function fromPs(pid: number): string | null {
  // Not imported above: on Linux the front does without it.
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const env = { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' };
  const { stdout, error } = spawnSync('ps', ['-p', String(pid), '-o', 'stat=,lstart='], { encoding: 'utf8', env });
  if (error !== undefined) throw error;
  return fromPsRow(stdout);
}

/** `row` as `ps -o stat=,lstart=` prints it. */
export function fromPsRow(row: string): string | null {
  const [state = '', ...start] = row.trim().split(/\s+/);
  return start.length === 0 || state.startsWith('Z') ? null : start.join(' ');
}

/** EPERM is somebody else's process: it is there. */
function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
