/** Which process is meant: a pid alone is reused, a pid with its start time never. */

/** `startTime`: clock ticks after boot (proc(5), field 22), or where there is no /proc the start as `ps` prints it, words joined by `_`. */
export interface Identity {
  readonly pid: number;
  readonly startTime: string;
}

export interface ProcessEntry extends Identity {
  readonly ppid: number;
  readonly pgid: number;
  /** 0 where the system does not tell. */
  readonly sid: number;
  /** One letter, as proc(5) has it; `Z` counts as dead: who should reap it may be late. */
  readonly state: string;
}

export const isAlive = (entry: { readonly state: string }): boolean => entry.state !== 'Z' && entry.state !== 'X';

/** An unknown start time is nobody's: two of them are not the same process. */
export const sameIdentity = (a: Identity, b: Identity): boolean =>
  a.pid === b.pid && a.startTime === b.startTime && a.startTime !== '';

/** Pids that stand for one process: kill(2) gives 0, 1 and negative numbers other meanings. */
export const isOrdinaryPid = (pid: number): boolean => Number.isSafeInteger(pid) && pid > 1;
