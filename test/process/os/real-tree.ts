/** Real trees of test/programs/tree.mjs for the tests of src/process/os. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Identity } from '../../../src/process/os/identity.ts';
import { linuxSystem } from '../../../src/process/os/linux.ts';
import { MARKER_NAME, markerValue } from '../../../src/process/os/marker.ts';

export const PROGRAMS = fileURLToPath(new URL('../../programs/', import.meta.url));
export const system = linuxSystem(process.pid);

export interface RealTree {
  readonly child: ChildProcess;
  readonly leader: Identity;
  /** Pids of the descendants, as they told them. */
  readonly pids: readonly number[];
  readonly exited: Promise<readonly [number | null, NodeJS.Signals | null]>;
}

/** Resolves when everybody of the tree is there. */
export async function startTree(
  marker: string,
  run: number,
  command: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = {},
): Promise<RealTree> {
  const [file, ...args] = command;
  const child = spawn(file, args, {
    cwd: PROGRAMS,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env, [MARKER_NAME]: markerValue(marker, run) },
  });
  const exited = once(child, 'exit').then(([code, signal]) => [code, signal] as const);
  const pids = await told(child);
  const leader = system.read(child.pid ?? 0);
  if (leader === null) throw new Error(`the leader of ${command.join(' ')} is not there`);
  return { child, leader, pids, exited };
}

async function told(child: ChildProcess): Promise<number[]> {
  if (child.stdout === null) throw new Error('the tree has no stdout');
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('ready')) return line.split(' ').slice(1).map(Number);
  }
  throw new Error('the tree ended before it was ready');
}

export const isThere = (pid: number): boolean => {
  const seen = system.read(pid);
  return seen !== null && seen.state !== 'Z';
};
