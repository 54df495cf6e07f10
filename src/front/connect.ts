/** A connection to the daemon, which is started if there is none. */
import { createConnection, type Socket } from 'node:net';
import { firstLine } from '../home/first-line.ts';
import { type DaemonHello, type FrontHello, helloLine, MOST_HELLO_BYTES, parseDaemonHello } from '../home/hello.ts';
import type { Home } from '../home/home.ts';
import { isOwnerAlive, latestEpoch } from '../home/owner.ts';
import { secureDirectory } from '../home/secure-directory.ts';
import { type Clock, pause, systemClock } from './clock.ts';
import { createStarter } from './start-daemon.ts';

export interface ConnectParts {
  readonly home: Home;
  /** Its environment is also the one of a daemon that has to be started. */
  readonly hello: FrontHello;
  /** Program and arguments that become the daemon. */
  readonly daemonCommand: readonly [string, ...string[]];
  /** None runs: it takes until one has started. */
  readonly starting?: () => void;
}

export interface Connection {
  readonly daemon: DaemonHello;
  /** Paused; the hello lines are through. */
  readonly socket: Socket;
}

const START_WITHIN_MS = 20_000;
/** A daemon answers a hello line at once, or is in trouble. */
const ANSWER_WITHIN_MS = 5_000;
/** From the claim of its epoch to its socket, and from its last answer to its end. */
const BEGIN_WITHIN_MS = 3_000;
const FIRST_PAUSE_MS = 5;
/** Between two looks: of the front that has started the daemon, and of those that wait for another one's. */
const STARTER_PAUSE_MS = 15;
const LONGEST_PAUSE_MS = 100;

/**
 * Rejects with a line for the reader when the daemon cannot be started, or reached within 20 s. An older daemon that is idle
 * leaves when it hears our version, and then ours is started.
 */
export async function connectDaemon(parts: ConnectParts, clock: Clock = systemClock): Promise<Connection> {
  const { home, hello, daemonCommand } = parts;
  secureDirectory(home.runtimeDirectory, process.getuid?.() ?? null);
  const starter = createStarter({ home, env: hello.env, daemonCommand, clock });
  const until = clock.now() + START_WITHIN_MS;
  for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(wait * 1.5, LONGEST_PAUSE_MS)) {
    const present = latestEpoch(home.runtimeDirectory);
    if (present !== null && isOwnerAlive(present.owner)) {
      const connection = await greet(home.socketPath(present.epoch), hello);
      if (connection !== null) return connection;
    } else {
      starter.start((present?.epoch ?? 0) + 1);
      parts.starting?.();
    }
    if (clock.now() > until)
      throw new Error(`the daemon does not answer within ${START_WITHIN_MS / 1_000} s; its log is ${home.logPath}`);
    await pause(clock, starter.running ? Math.min(wait, STARTER_PAUSE_MS) : wait);
  }
}

export type Reached =
  | ({ readonly kind: 'daemon' } & Connection)
  /** No daemon runs; the last one's epoch is 0 when there never was one. */
  | { readonly kind: 'none'; readonly epoch: number }
  /** One runs and nobody answers at its socket. */
  | { readonly kind: 'silent'; readonly pid: number; readonly epoch: number; readonly socketPath: string };

/**
 * The daemon that runs, if one does: starts none. One that has just begun, or is about to end, is waited for. Throws when the
 * runtime directory cannot be read.
 */
export async function reachDaemon(home: Home, hello: FrontHello, clock: Clock = systemClock): Promise<Reached> {
  const until = clock.now() + BEGIN_WITHIN_MS;
  for (;;) {
    const present = latestEpoch(home.runtimeDirectory);
    if (present === null || !isOwnerAlive(present.owner)) return { kind: 'none', epoch: present?.epoch ?? 0 };
    const socketPath = home.socketPath(present.epoch);
    const connection = await greet(socketPath, hello);
    if (connection !== null) return { kind: 'daemon', ...connection };
    if (clock.now() > until) return { kind: 'silent', pid: present.owner?.pid ?? 0, epoch: present.epoch, socketPath };
    await pause(clock, FIRST_PAUSE_MS * 4);
  }
}

/** Null when nobody listens there (yet), or who does is no daemon, or one that leaves. */
async function greet(path: string, hello: FrontHello): Promise<Connection | null> {
  const socket = await open(path);
  if (socket === null) return null;
  socket.write(helloLine(hello));
  socket.setTimeout(ANSWER_WITHIN_MS, () => socket.destroy());
  const daemon = parseDaemonHello((await firstLine(socket, MOST_HELLO_BYTES)) ?? '');
  socket.setTimeout(0);
  if (daemon !== null && !daemon.leaving) return { daemon, socket };
  socket.destroy();
  return null;
}

function open(path: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = createConnection(path);
    socket.once('connect', () => resolve(socket));
    socket.on('error', () => {
      socket.destroy();
      resolve(null);
    });
  });
}
