/** A proxy's listening sockets and connections; its one timer looks at all of them once a second. */
import { createServer, type Server, type Socket } from 'node:net';
import { AcceptedSocket } from './accepted-socket.ts';
import { Connection } from './connection.ts';
import type { ConnectionLimits } from './limits.ts';
import type { Surroundings } from './surroundings.ts';

const BACKLOG = 1_024;

export class ProxyServer {
  readonly #around: Surroundings;
  readonly #limits: ConnectionLimits;
  readonly #servers: Server[] = [];
  readonly #connections = new Set<Connection>();
  /** Theirs, and those of connections that had to go. */
  readonly #sockets = new Set<Socket>();
  #lastNumber = 0;

  constructor(around: Surroundings, limits: ConnectionLimits) {
    this.#around = around;
    this.#limits = limits;
  }

  /** Connections now open. */
  get size(): number {
    return this.#connections.size;
  }

  /** Takes connections on one more address. Rejects with the system's error. */
  async listen(address: string, port: number): Promise<number> {
    const server = createServer({ noDelay: true, pauseOnConnect: true }, (socket) => this.#accept(socket));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(
        { host: address, port, backlog: BACKLOG, ipv6Only: address.includes(':') && address !== '::' },
        () => {
          server.off('error', reject);
          resolve();
        },
      );
    });
    // Out of file descriptors: connections wait in the backlog until there are some again.
    server.on('error', (error) => this.#around.failed(error.message));
    this.#servers.push(server);
    const bound = server.address();
    return bound === null || typeof bound === 'string' ? port : bound.port;
  }

  tick(): void {
    for (const connection of this.#connections) connection.tick();
  }

  /** Resolves when nothing listens any more and all connections are closed. */
  async close(): Promise<void> {
    const closed = this.#servers
      .splice(0)
      .map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    const gone = [...this.#sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    for (const connection of this.#connections) connection.destroy();
    await Promise.all([...closed, ...gone]);
  }

  #accept(bare: Socket): void {
    if (this.#connections.size >= this.#limits.connections && !this.#evict()) {
      bare.destroy();
      return;
    }
    this.#lastNumber += 1;
    const accepted = new AcceptedSocket(bare);
    const { socket } = accepted;
    const connection = new Connection(accepted, this.#lastNumber, this.#around, this.#limits);
    this.#sockets.add(socket);
    this.#connections.add(connection);
    this.#around.count('activeConnections', 1);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#connections.delete(connection);
      this.#around.count('activeConnections', -1);
    });
  }

  /** Makes room: of the idle ones, else of those that are slow with a head, the oldest goes; whoever is served stays. */
  #evict(): boolean {
    let victim: Connection | null = null;
    for (const connection of this.#connections) {
      if (connection.worth === 'busy') continue;
      if (victim === null || isLess(connection, victim)) victim = connection;
    }
    if (victim === null) return false;
    this.#connections.delete(victim);
    victim.destroy();
    return true;
  }
}

function isLess(one: Connection, other: Connection): boolean {
  if (one.worth !== other.worth) return one.worth === 'idle';
  return one.age > other.age;
}
