/** A connection to the daemon, which is started if there is none. */
import { spawn } from 'node:child_process';
import { createConnection, type Socket } from 'node:net';
import { firstLine } from '../home/first-line.ts';
import { type DaemonHello, type FrontHello, helloLine, MOST_HELLO_BYTES, parseDaemonHello } from '../home/hello.ts';
import type { Home } from '../home/home.ts';
import { isOwnerAlive, latestEpoch } from '../home/owner.ts';
import { secureDirectory } from '../home/secure-directory.ts';

export interface ConnectParts {
  readonly home: Home;
  readonly hello: FrontHello;
  /** Program and arguments that become the daemon. */
  readonly daemonCommand: readonly [string, ...string[]];
}

export interface Connection {
  readonly daemon: DaemonHello;
  /** Paused; the hello lines are through. */
  readonly socket: Socket;
}

const START_WITHIN_MS = 20_000;
/** A daemon answers a hello line at once, or is in trouble. */
const ANSWER_WITHIN_MS = 5_000;
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 100;
/** A daemon that was started and is not there after so long has lost to another that has died since: start again. */
const START_AGAIN_MS = 5_000;

/** Rejects with a line for the reader when the daemon cannot be reached within 20 s. */
export async function connectDaemon(parts: ConnectParts): Promise<Connection> {
  const { home } = parts;
  secureDirectory(home.runtimeDirectory, process.getuid?.() ?? null);
  const until = Date.now() + START_WITHIN_MS;
  let startedAt = Number.NEGATIVE_INFINITY;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    const present = latestEpoch(home.runtimeDirectory);
    const alive = present !== null && isOwnerAlive(present.owner);
    const connection = present !== null && alive ? await greet(home.socketPath(present.epoch), parts.hello) : null;
    if (connection !== null && !connection.daemon.leaving) return connection;
    if (!alive && Date.now() - startedAt > START_AGAIN_MS) {
      startDaemon(parts);
      startedAt = Date.now();
    }
    if (Date.now() > until)
      throw new Error(`the daemon does not answer within ${START_WITHIN_MS / 1_000} s; its log is ${home.logPath}`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** Null when nobody listens there (yet), or who does is no daemon. */
async function greet(path: string, hello: FrontHello): Promise<Connection | null> {
  const socket = await open(path);
  if (socket === null) return null;
  socket.write(helloLine(hello));
  socket.setTimeout(ANSWER_WITHIN_MS, () => socket.destroy());
  const daemon = parseDaemonHello((await firstLine(socket, MOST_HELLO_BYTES)) ?? '');
  socket.setTimeout(0);
  if (daemon === null || daemon.leaving) socket.destroy();
  return daemon === null ? null : { daemon, socket };
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

/** In a session of its own, without the marker of a daemon above: or a stop up there would end this one. */
function startDaemon({ daemonCommand: [command, ...args] }: ConnectParts): void {
  const { DEVTOOL_MCP_MARKER: _, ...env } = process.env;
  const child = spawn(command, args, { cwd: '/', detached: true, stdio: 'ignore', env, windowsHide: true });
  child.on('error', () => {});
  child.unref();
}
