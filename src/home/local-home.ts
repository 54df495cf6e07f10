/** The home of this user on this machine. */
import { homedir, tmpdir } from 'node:os';
import { type Home, homeOf } from './home.ts';

export function localHome(env: Readonly<Record<string, string | undefined>>): Home {
  const uid = process.getuid?.() ?? null;
  return homeOf({ env, platform: process.platform, uid, userHome: homedir(), temporary: tmpdir() });
}
