/** The daemon's door: a Unix socket that is the user's alone, where each connection begins with a hello line each way. */
import { createServer, type Server, type Socket } from 'node:net';
import { firstLine } from '../home/first-line.ts';
import { type DaemonHello, type FrontHello, helloLine, MOST_HELLO_BYTES, parseFrontHello } from '../home/hello.ts';

const HELLO_TIMEOUT_MS = 10_000;

export interface Door {
  close(): void;
}

export interface DoorParts {
  readonly path: string;
  /** The daemon's answer to a front. */
  greet(hello: FrontHello): DaemonHello;
  /** The socket is paused; what came after the hello line is still in it. */
  connected(hello: FrontHello, socket: Socket): void;
  log(line: string): void;
}

/** Resolves when the socket listens. Main thread only: the umask belongs to the process. */
export async function openDoor(parts: DoorParts): Promise<Door> {
  const sockets = new Set<Socket>();
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A client that has gone is no fault of the daemon's.
    socket.on('error', () => socket.destroy());
    void welcome(socket, parts);
  });
  await listenPrivately(server, parts.path);
  return {
    close() {
      server.close();
      for (const socket of sockets) socket.end();
      // Who does not take what is left to send is not waited for.
      setTimeout(() => {
        for (const socket of sockets) socket.destroy();
      }, 200).unref();
    },
  };
}

/** The umask around `listen` makes the socket 0600 from its first moment. */
function listenPrivately(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const umask = process.umask(0o177);
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
    process.umask(umask);
  });
}

async function welcome(socket: Socket, { greet, connected, log }: DoorParts): Promise<void> {
  const timer = setTimeout(() => socket.destroy(), HELLO_TIMEOUT_MS);
  const line = await firstLine(socket, MOST_HELLO_BYTES);
  clearTimeout(timer);
  if (line === null) {
    socket.destroy();
    return;
  }
  const hello = parseFrontHello(line);
  if (hello === null) {
    log(`socket: a connection began with no hello line (${line.length} characters)`);
    const message = 'this socket begins with a hello line of devtool-mcp; speak MCP through `devtool-mcp mcp`';
    socket.end(`${JSON.stringify({ jsonrpc: '2.0', id: null, error: { code: -32600, message } })}\n`);
    return;
  }
  const answer = greet(hello);
  socket.write(helloLine(answer));
  if (answer.leaving) socket.end();
  else connected(hello, socket);
}
