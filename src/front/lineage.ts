/**
 * Whether the client is still there. A client that was killed leaves its front to another parent; behind `npx` it leaves the
 * wrapper to another parent instead, and ours stays. So the wrappers between the client and us are watched too (Linux only).
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { procStat } from '../home/process-start.ts';

/** A process of the chain between the client and us, and who its parent was at the first look. */
interface Link {
  readonly pid: number;
  readonly parent: number | null;
}

interface Wrapper extends Link {
  readonly isRunner: boolean;
}

/** npx → npm exec → sh -c → node is the longest chain that is usual. */
const MOST_WRAPPERS = 8;

/** Answers, each time it is asked, whether the client has gone since the first look, or had gone by then. */
export function watchLineage(parentPid: () => number, ownPid: number): () => boolean {
  const parent = parentPid();
  const wrappers = wrappersFrom(parent);
  const adopted = [{ pid: ownPid, parent }, ...wrappers].some(isAdopted);
  return () => {
    try {
      return adopted || parentPid() !== parent || wrappers.some(({ pid, parent }) => parentOf(pid) !== parent);
    } catch {
      // No descriptor left to look with: another time.
      return false;
    }
  };
}

/**
 * The same of the wrappers below the topmost package runner alone, for a program that somebody may leave running: whose shell ends
 * has not gone, but a runner that was ended takes what it ran with it.
 */
export function watchWrappers(parentPid: () => number, ownPid: number): () => boolean {
  const parent = parentPid();
  const wrappers = wrappersFrom(parent);
  const top = wrappers.findLastIndex(({ isRunner }) => isRunner);
  const between = [{ pid: ownPid, parent }, ...wrappers].slice(0, top + 1);
  return () => {
    try {
      return between.some(({ pid, parent }) => (pid === ownPid ? parentPid() : parentOf(pid)) !== parent);
    } catch {
      return false;
    }
  };
}

/** A process is in its parent's session or leads its own (setsid(2)); in a third one, it was another parent's child. */
function isAdopted({ pid, parent }: Link): boolean {
  const [own, theirs] = [sessionOf(pid), parent === null ? null : sessionOf(parent)];
  return own !== null && theirs !== null && own !== theirs && own !== pid;
}

/** `session` is field 6 of proc_pid_stat(5); 0 is one outside of our namespace, as a container's init may have. */
function sessionOf(pid: number): number | null {
  const session = procStat(pid)?.[3];
  return session === undefined ? null : Number(session);
}

/** A shell alone is no wrapper: a script may be the client. Below a package runner it is. */
function wrappersFrom(first: number): readonly Wrapper[] {
  const found: Wrapper[] = [];
  for (let pid: number | null = first; pid !== null && pid > 1 && found.length < MOST_WRAPPERS; ) {
    const role = roleOf(commandLine(pid));
    if (role === 'other') break;
    const parent = parentOf(pid);
    found.push({ pid, parent, isRunner: role === 'runner' });
    pid = parent;
  }
  return found.some(({ isRunner }) => isRunner) ? found : [];
}

/** `ppid` is field 4 of proc_pid_stat(5). */
function parentOf(pid: number): number | null {
  const parent = procStat(pid)?.[1];
  return parent === undefined ? null : Number(parent);
}

function commandLine(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

const RUNNER = /^(npm|npx|pnpm|pnpx|yarn|bunx)([-.].*)?$/;
const SHELL = /^-?(sh|ash|dash|bash|zsh)$/;

/** npm gives itself a title, `npm exec …`; others are known by their program or by the script that node runs. */
export function roleOf(argv: readonly string[]): 'runner' | 'shell' | 'other' {
  const [program = '', script = ''] = argv;
  const names = [program.split(' ', 1)[0] ?? '', basename(program) === 'node' ? script : ''].map((name) =>
    basename(name),
  );
  if (names.some((name) => RUNNER.test(name)) || (basename(program) === 'bun' && script === 'x')) return 'runner';
  return SHELL.test(basename(program)) && argv.includes('-c') ? 'shell' : 'other';
}
