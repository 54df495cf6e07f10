/** Real trees of test/programs for the tests of src/process/os. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../../src/process/clock.ts';
import { type Census, createCensus } from '../../../src/process/os/census.ts';
import { type Identity, isAlive } from '../../../src/process/os/identity.ts';
import { linuxSystem } from '../../../src/process/os/linux.ts';
import { findMarked, MARKER_NAME, markerValue, newMarker, runEntry } from '../../../src/process/os/marker.ts';
import { stopTree } from '../../../src/process/os/stop-tree.ts';

export const PROGRAMS = fileURLToPath(new URL('../../programs/', import.meta.url));
export const system = linuxSystem(process.pid);
export const freshMarker = () => newMarker(crypto.getRandomValues(new Uint8Array(16)));

export interface RealTree {
  readonly child: ChildProcess;
  readonly leader: Identity;
  /** Made when the leader was spawned, and told of its exit. */
  readonly census: Census;
  /** Pids of the descendants, as they told them. */
  readonly pids: readonly number[];
  readonly exited: Promise<readonly [number | null, NodeJS.Signals | null]>;
  /** What it has written, once everybody has closed the pipe. */
  readonly text: Promise<string>;
}

const started = new Set<Pick<RealTree, 'child' | 'census' | 'exited'>>();

/** Resolves when everybody of the tree is there: when it has said `ready PID…`. */
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
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env, [MARKER_NAME]: markerValue(marker, run) },
  });
  const leader = system.read(child.pid ?? 0);
  if (leader === null) throw new Error(`the leader of ${command.join(' ')} is not there`);
  const census = createCensus(system, leader, runEntry(marker, run));
  child.once('exit', () => census.leaderExited());
  const exited = once(child, 'exit').then(([code, signal]) => [code, signal] as const);
  child.stderr.resume();
  let text = '';
  const pids = new Promise<number[]>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const [, told] = /^ready(.*)\n/m.exec(text) ?? [];
      if (told !== undefined) resolve(told.split(' ').filter(Boolean).map(Number));
    });
    child.stdout.once('close', () => reject(new Error(`${command.join(' ')} ended before it was ready: ${text}`)));
  });
  const closed = once(child.stdout, 'close').then(() => text);
  started.add({ child, census, exited });
  return { child, leader, census, pids: await pids, exited, text: closed };
}

/** Leaves nobody of what this file's tests have started. */
export async function endTrees(): Promise<void> {
  for (const { child, census } of started) {
    await stopTree(system, census, { force: true, graceMs: 0 }, systemClock(process.hrtime.bigint()));
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
  await Promise.all([...started].map(({ exited }) => exited));
  started.clear();
}

export const isThere = (pid: number): boolean => {
  const seen = system.read(pid);
  return seen !== null && isAlive(seen);
};

export const marked = (entry: string): number[] => findMarked(system, entry).map(({ pid }) => pid);

/** Waits for a condition that nobody tells of. */
export async function until<T>(what: string, look: () => T | null | undefined | false): Promise<T> {
  for (let n = 0; n < 1_000; n++) {
    const found = look();
    if (found !== null && found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${what}: did not come`);
}
