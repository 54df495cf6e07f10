/** Starts the daemon, detached from us, and notices when it ends at once. */
import type { ChildProcess } from 'node:child_process';
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from '../home/home.ts';
import { secureDirectory } from '../home/secure-directory.ts';
import type { Clock } from './clock.ts';

export interface StarterParts {
  readonly home: Home;
  /** Of the caller: the daemon gets it, with what is ours alone taken out. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Program and arguments that become the daemon. */
  readonly daemonCommand: readonly [string, ...string[]];
  readonly clock: Clock;
}

export interface Starter {
  /**
   * Starts a daemon for `epoch`, unless one of ours is on its way or another front has just started one.
   * Throws with a line for the reader when it has failed too often.
   */
  start(epoch: number): void;
  /** One of ours is on its way, or serves already. */
  readonly running: boolean;
}

/** The program of `daemon.js` at `path`. Its heap doubles, and does not become four times as large, before V8 collects: less is left of a crowd that has gone. */
export const daemonCommand = (path: string): [string, ...string[]] => [
  process.execPath,
  '--heap-growing-percent=100',
  path,
];

const MOST_FAILURES = 3;
/** A front that is killed after it took the ticket holds up the others for so long, at most. */
const TICKET_MS = 1_500;

export function createStarter({ home, env, daemonCommand, clock }: StarterParts): Starter {
  const tickets = createTickets(home.runtimeDirectory, clock);
  let current: ChildProcess | null = null;
  let failures = 0;
  let why = '';

  function began(child: ChildProcess): void {
    current = child;
    const ended = (failure: string | null) => {
      if (current !== child) return;
      current = null;
      if (failure === null) return;
      failures += 1;
      why = failure;
    };
    child.on('error', (error) => ended(error.message));
    // Exit 0 is a daemon that found another one in its place.
    child.on('exit', (code, signal) =>
      ended(code === 0 ? null : `it ended at once, by ${signal ?? `exit code ${code}`}`),
    );
    child.unref();
  }

  return {
    start(epoch) {
      if (current !== null) return;
      // A failure of ours holds the ticket already.
      if (failures === 0 && !tickets.take(epoch)) return;
      try {
        if (failures >= MOST_FAILURES)
          throw new Error(`the daemon cannot be started: ${why}; its log is ${home.logPath}`);
        began(launch(home, daemonCommand, daemonEnvironment(env, home)));
      } catch (error) {
        tickets.giveBack();
        throw error;
      }
    },
    get running() {
      return current !== null;
    },
  };
}

interface Tickets {
  /** True when the caller is the one that starts the daemon for `epoch`. */
  take(epoch: number): boolean;
  /** The caller has given up: the next one need not wait. */
  giveBack(): void;
}

/**
 * Of a hundred fronts that find no daemon one starts it: the others would only load the machine. No more than that: if two start
 * one, the epochs decide.
 */
function createTickets(directory: string, clock: Clock): Tickets {
  let seen = { epoch: 0, at: 0 };
  let held: string | null = null;
  return {
    take(epoch) {
      const path = join(directory, `start-${epoch}`);
      try {
        closeSync(openSync(path, 'wx', 0o600));
        held = path;
        return true;
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
        if (seen.epoch !== epoch) seen = { epoch, at: clock.now() };
        if (clock.now() - seen.at > TICKET_MS) rmSync(path, { force: true });
        return false;
      }
    },
    giveBack() {
      if (held !== null) rmSync(held, { force: true });
      held = null;
    },
  };
}

/** In a session of its own, so that no terminal and no stop of a process group above reaches it. What it says before its log is open goes there too. */
function launch(home: Home, [command, ...args]: readonly [string, ...string[]], env: NodeJS.ProcessEnv): ChildProcess {
  secureDirectory(home.stateDirectory, process.getuid?.() ?? null);
  // Not imported above: the front does without it when a daemon is up.
  const { spawn } = process.getBuiltinModule('node:child_process');
  const log = openLog(home.logPath);
  try {
    const stdio: ['ignore', 'ignore', 'ignore' | number] = ['ignore', 'ignore', log ?? 'ignore'];
    return spawn(command, args, { cwd: '/', detached: true, stdio, env, windowsHide: true });
  } finally {
    if (log !== null) closeSync(log);
  }
}

/** Null when it cannot be opened: a full disk is no reason not to start. */
function openLog(path: string): number | null {
  const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW } = constants;
  try {
    return openSync(path, O_WRONLY | O_CREAT | O_APPEND | (O_NOFOLLOW ?? 0), 0o600);
  } catch {
    return null;
  }
}

/** Without the marker of a daemon above, or a stop up there would end this one; without a debugger that was meant for the client. */
function daemonEnvironment(env: StarterParts['env'], home: Home): NodeJS.ProcessEnv {
  const { DEVTOOL_MCP_MARKER: _, NODE_OPTIONS: __, ...rest } = env;
  return { ...rest, ...home.environment };
}
