/** Spawns one child as the leader of its own process group and reports what becomes of it. The only file that spawns users' commands. */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { constants as system } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { cannotExecute } from './cannot-execute.ts';
import { notTaken } from './image.ts';
import type { ProcessSpec, SpawnError } from './spec.ts';

export interface ChildEvents {
  output(stream: 'stdout' | 'stderr', chunk: Buffer): void;
  /** The leader was reaped. `signal` by number. */
  exited(code: number | null, signal: number | null): void;
  /** Both output pipes have reached their end. */
  drained(): void;
}

export interface Child {
  readonly pid: number;
  /** Resolves when the data was handed to the pipe, with why it could not be. */
  write(data: string, eof: boolean): Promise<string | null>;
  /** Closes our ends of all pipes; `drained` follows. */
  closePipes(): void;
}

/** Resolves with the running child, or with why the system would not start it. */
export function spawnChild(
  spec: ProcessSpec,
  env: Record<string, string>,
  events: ChildEvents,
): Promise<Child | SpawnError> {
  const badCwd = cwdError(spec.cwd);
  if (badCwd !== null) return Promise.resolve(badCwd);
  return new Promise((resolve) => {
    let child: ChildProcess;
    try {
      child = spawn(spec.command, [...spec.args], {
        cwd: spec.cwd,
        env,
        shell: spec.shell,
        detached: true,
        stdio: ['pipe', 'pipe', 'pipe'],
        windowsHide: true,
      });
    } catch (error) {
      resolve(spawnError(error, spec, env));
      return;
    }
    child.on('error', (error) => resolve(spawnError(error, spec, env)));
    const { pid, stdin, stdout, stderr } = child;
    if (pid === undefined || stdin === null || stdout === null || stderr === null) return;
    const refused = spec.shell ? null : notTaken(pid, spec.command, spec.cwd, env['PATH'] ?? '');
    if (refused !== null) {
      child.kill('SIGKILL');
      for (const stream of [stdin, stdout, stderr]) stream.on('error', () => {}).destroy();
      resolve(refused);
      return;
    }
    listen(child, stdout, stderr, events);
    child.once('spawn', () => resolve(handle(pid, stdin, [stdout, stderr])));
  });
}

export const isSpawnError = (result: object): result is SpawnError => 'code' in result;

function listen(child: ChildProcess, stdout: Readable, stderr: Readable, events: ChildEvents): void {
  stdout.on('data', (chunk: Buffer) => events.output('stdout', chunk));
  stderr.on('data', (chunk: Buffer) => events.output('stderr', chunk));
  let open = 2;
  const closed = () => {
    open -= 1;
    if (open === 0) events.drained();
  };
  for (const stream of [stdout, stderr]) {
    stream.once('close', closed);
    // A pipe that breaks is at its end; there is nobody to tell.
    stream.on('error', () => {});
  }
  child.once('exit', (code, signal) => events.exited(code, signal === null ? null : system.signals[signal]));
}

function handle(pid: number, stdin: Writable, outputs: readonly Readable[]): Child {
  let inputError: string | null = null;
  stdin.on('error', (error) => {
    inputError = error.message;
  });
  return {
    pid,
    write: (data, eof) =>
      new Promise((resolve) => {
        if (stdin.destroyed || stdin.writableEnded) {
          resolve(inputError ?? 'its standard input is closed');
          return;
        }
        const done = (error?: Error | null) => resolve(error?.message ?? null);
        if (eof) stdin.end(data, done);
        else stdin.write(data, done);
      }),
    closePipes() {
      stdin.destroy();
      for (const output of outputs) output.destroy();
    },
  };
}

/** The system's own error for a bad directory: spawn reports it as if the command were missing. */
export function cwdError(cwd: string): SpawnError | null {
  try {
    if (!statSync(cwd).isDirectory())
      return { code: 'ENOTDIR', message: `working directory ${cwd} is not a directory` };
    accessSync(cwd, constants.X_OK);
    return null;
  } catch (error) {
    const code = codeOf(error);
    return { code, message: `working directory ${cwd} cannot be entered (${code})` };
  }
}

function spawnError(error: unknown, { command, cwd, shell }: ProcessSpec, env: Record<string, string>): SpawnError {
  const code = codeOf(error);
  const isAboutFile = !shell && (code === 'ENOENT' || code === 'EACCES');
  const seen = isAboutFile ? cannotExecute(command, cwd, env['PATH'] ?? '') : null;
  // Of a path the system knows better; of a name it tells the last directory of PATH that it was refused.
  if (seen !== null && (seen.code === code || !command.includes('/'))) return seen;
  const why: Record<string, string> = {
    ENOENT: 'it is there, but not what it needs to run',
    EACCES: 'it may not be executed',
    E2BIG: 'its arguments and environment are too long',
    EAGAIN: 'the system has no room for another process',
    EMFILE: 'the daemon has too many files open',
    ENFILE: 'the system has too many files open',
    ENOMEM: 'the system has no memory left',
  };
  const reason = why[code] ?? (error instanceof Error ? error.message : String(error));
  return { code, message: `${command}: ${reason} (${code})` };
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'EUNKNOWN';
