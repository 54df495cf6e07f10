/** What a command finds around it: where it works, its environment, where the built program is. */
import { fileURLToPath } from 'node:url';
import { daemonCommand } from '../front/start-daemon.ts';
import { environmentOf } from '../home/environment.ts';
import type { FrontHello } from '../home/hello.ts';
import type { Home } from '../home/home.ts';
import { localHome } from '../home/local-home.ts';

/** The directory of the built program: bundled beside it; from a chunk it is one directory up. */
export const BESIDE = new URL(import.meta.url.includes('/chunks/') ? '..' : '.', import.meta.url);

export const home = (): Home => localHome(process.env);

/** `cwd`: the directory that a command is about, where it is not the one that it was called in. */
export function hello(role: FrontHello['role'], cwd = workingDirectory()): FrontHello {
  return { version: __VERSION__, cwd, pid: process.pid, env: environmentOf(process.env), role };
}

export const DAEMON_COMMAND = daemonCommand(fileURLToPath(new URL('daemon.js', BESIDE)));

/** A directory that was removed under us has no name any more. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return '/';
  }
}
