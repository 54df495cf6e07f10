/** The home of this user on this machine. */
import { statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { type Home, homeOf } from './home.ts';

export function localHome(env: Readonly<Record<string, string | undefined>>): Home {
  const uid = process.getuid?.() ?? null;
  return homeOf({
    env,
    platform: process.platform,
    uid,
    cwd: workingDirectory(),
    userHome: userHome(),
    temporary: resolve(workingDirectory(), tmpdir()),
    isOurs: (path) => isOurs(path, uid),
  });
}

/** The directory may have been removed under us; getcwd(3) fails then. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return '/';
  }
}

/** A container may run us as a user that nobody has told the system of; homedir() throws then, unless HOME is set. */
function userHome(): string | null {
  try {
    return homedir();
  } catch {
    return null;
  }
}

function isOurs(path: string, uid: number | null): boolean {
  try {
    const found = statSync(path);
    return found.isDirectory() && (uid === null || found.uid === uid);
  } catch {
    return false;
  }
}
