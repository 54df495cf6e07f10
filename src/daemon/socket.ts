/** The daemon's door: a Unix socket that is the user's alone, where each connection begins with a hello line each way. */
import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { firstLine } from '../home/first-line.ts';
import { type DaemonHello, type FrontHello, helloLine, MOST_HELLO_BYTES, parseFrontHello } from '../home/hello.ts';
import type { Holding } from './holdings.ts';
import { thrifty } from './thrifty-socket.ts';
import type { Turns } from './turns.ts';

export interface Door {
  /** At the same path once more, where somebody has removed the socket; connections go on. */
  reopen(): Promise<void>;
  /** No more connections; those that are there get what is written to them already, and end. */
  close(): void;
}

export interface DoorParts {
  /** Of an epoch that the caller owns: a socket that is there already is a dead daemon's. */
  readonly path: string;
  /** The daemon's answer to a front. */
  greet(hello: FrontHello): DaemonHello;
  /** A connection that has come waits for its turn too: hundreds at once cost as much time each as many lines. */
  readonly turns: Turns;
  /** The socket is paused; what came after the hello line is still in it. */
  connected(hello: FrontHello, socket: Socket): void;
  /** What a connection makes the daemon hold before its hello line is there; the function returned says that it is. */
  watch(holding: Holding): () => void;
  log(line: string): void;
}

const HELLO_TIMEOUT_MS = 10_000;
/** A welcome weighs as much as a line of so many bytes: many of them are a crowd. */
const WELCOME_BYTES = 8_192;
/** Fronts come by the hundred where clients leak them; more is a loop. */
const MOST_CONNECTIONS = 2_048;
/** All that wait are accepted in one turn of the loop; who finds the queue full comes again, as fronts do (EAGAIN, unix(7)). */
const MOST_WAITING = 8;
/** Who does not take what is left to send is not waited for. */
const LAST_BYTES_MS = 200;
const INVALID_REQUEST = -32_600;

/** Resolves when the socket listens. Main thread only: the umask belongs to the process. */
export async function openDoor(parts: DoorParts): Promise<Door> {
  const sockets = new Set<Socket>();
  const newServer = () =>
    createServer({ pauseOnConnect: true }, (accepted) => {
      const socket = thrifty(accepted);
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      // A client that has gone is no fault of the daemon's.
      socket.on('error', () => socket.destroy());
      if (sockets.size > MOST_CONNECTIONS) refuse(socket, `a connection beyond ${MOST_CONNECTIONS}`, parts.log);
      else void welcome(socket, parts);
    });
  let server = newServer();
  await listenPrivately(server, parts.path);
  return {
    async reopen() {
      // It takes the path with it, which must not be the next one's.
      server.close();
      server = newServer();
      await listenPrivately(server, parts.path);
    },
    close() {
      server.close();
      for (const socket of sockets) endSoon(socket);
    },
  };
}

/** The umask around `listen`, which binds before it returns, makes the socket 0600 from its first moment. */
function listenPrivately(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!path.startsWith('\\\\')) rmSync(path, { force: true });
    server.once('error', reject);
    const umask = process.umask(0o177);
    try {
      server.listen({ path, backlog: MOST_WAITING }, () => {
        server.off('error', reject);
        resolve();
      });
    } finally {
      process.umask(umask);
    }
  });
}

async function welcome(socket: Socket, { greet, connected, turns, watch, log }: DoorParts): Promise<void> {
  let late = false;
  let bytes = 0;
  const unwatch = watch({
    name: 'a connection without a hello line',
    bytes: () => bytes,
    calls: () => 0,
    close: () => socket.destroy(),
  });
  const timer = setTimeout(() => {
    late = true;
    refuse(socket, `no hello line came within ${HELLO_TIMEOUT_MS} ms`, log);
  }, HELLO_TIMEOUT_MS);
  const line = await firstLine(socket, MOST_HELLO_BYTES, (heard) => {
    bytes = heard;
  });
  clearTimeout(timer);
  unwatch();
  if (late) return;
  if (line === null && socket.readableEnded) {
    socket.destroy();
    return;
  }
  const hello = line === null ? null : parseFrontHello(line);
  if (hello === null) {
    refuse(socket, line === null ? `a first line of more than ${MOST_HELLO_BYTES} bytes` : 'no hello line', log);
    return;
  }
  await turns.place().next(WELCOME_BYTES);
  if (socket.destroyed) return;
  const answer = greet(hello);
  socket.write(helloLine(answer));
  if (answer.leaving) endSoon(socket);
  else connected(hello, socket);
}

/** One line that says why, then the end of this connection only. */
function refuse(socket: Socket, why: string, log: (line: string) => void): void {
  log(`socket: a connection began with ${why}`);
  const message = `${why}: this socket begins with a hello line of devtool-mcp; speak MCP through \`devtool-mcp mcp\``;
  socket.write(`${JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: INVALID_REQUEST, message } })}\n`);
  endSoon(socket);
}

function endSoon(socket: Socket): void {
  // What still comes is read and thrown away: a close with unread bytes would reset the peer before it has read ours.
  socket.resume().end();
  const timer = setTimeout(() => socket.destroy(), LAST_BYTES_MS);
  socket.once('close', () => clearTimeout(timer));
  timer.unref();
}
