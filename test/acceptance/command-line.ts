/** The built command line in a world of its own. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { BIN, ownEnvironment, type World } from './harness.ts';

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  stdout(): string;
  stderr(): string;
  /** Exit code. */
  readonly exited: Promise<number | null>;
  /** The same, when all that was written has come. */
  readonly code: Promise<number | null>;
}

export function start(place: World, ...words: string[]): Running {
  const child = spawn(process.execPath, [BIN, ...words], {
    cwd: place.project,
    env: { ...ownEnvironment(), DEVTOOL_MCP_HOME: place.home },
  });
  const heard = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].on('data', (chunk: Buffer) => {
      heard[stream] += chunk.toString();
    });
  const first = ([code]: (number | null)[]) => code ?? null;
  return {
    child,
    stdout: () => heard.stdout,
    stderr: () => heard.stderr,
    exited: once(child, 'exit').then(first),
    code: once(child, 'close').then(first),
  };
}

export async function cli(place: World, ...words: string[]): Promise<Ran> {
  const running = start(place, ...words);
  const code = await running.code;
  return { code, stdout: running.stdout(), stderr: running.stderr() };
}
