/** Directories that are the user's alone. */
import { chmodSync, existsSync, lstatSync, mkdirSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';

/** Makes `path` with mode 0700 and its parents; throws with one clear line when what is there is no directory, or is somebody else's. */
export function secureDirectory(path: string, uid: number | null): void {
  const found = made(path);
  if (!found.isDirectory()) throw refusal(`${path} is ${found.isSymbolicLink() ? 'a symbolic link' : 'no directory'}`);
  if (uid === null) return;
  if (found.uid !== uid) throw refusal(`${path} belongs to user ${found.uid}, not to user ${uid}`);
  // An odd umask, or a hand: the directory is ours, so nobody can have put another in its place since.
  if ((found.mode & 0o777) !== 0o700) chmodSync(path, 0o700);
}

/** What is at `path`, links not followed; a directory is made if nothing is. */
function made(path: string): Stats {
  try {
    const present = lstatSync(path, { throwIfNoEntry: false });
    if (present !== undefined) return present;
    make(path);
    return lstatSync(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${path} cannot be had (${why}): set DEVTOOL_MCP_HOME to a directory that you may write to`);
  }
}

/**
 * With its parents. Not `recursive`: that never returns where the system says ENOENT for a name that cannot be made below a
 * directory that is there, as below /proc and automounted directories (Node 20).
 */
function make(path: string): void {
  const parent = dirname(path);
  if (parent !== path && !existsSync(parent)) make(parent);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // Another front was faster.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

const refusal = (what: string): Error => new Error(`${what}: remove it, or set DEVTOOL_MCP_HOME to another directory`);
