/** Sockets that a server has accepted, reading into room of ours. A server has no option for that: they are opened once more, around the same handle. */
import { type ConnectOpts, Socket, type SocketConstructorOpts } from 'node:net';
import type { DuplexOptions } from 'node:stream';
import { readRoom } from './read-room.ts';

export type SocketOptions = SocketConstructorOpts & ConnectOpts & DuplexOptions;

/** What a server with `pauseOnConnect` has accepted, as a socket with `options`; `accepted` itself is at its end. */
export function reopened(accepted: Socket, options: SocketOptions): Socket {
  const handle: unknown = Reflect.get(accepted, '_handle');
  Reflect.set(accepted, '_handle', null);
  accepted.destroy();
  const around = { ...options, handle };
  return new Socket(around);
}

/** A browser's socket, reading as those to the target do. */
export class AcceptedSocket {
  readonly socket: Socket;
  /** Who gets what comes; null: it is `data`, as of any other socket. */
  take: ((chunk: Buffer) => void) | null = null;

  constructor(accepted: Socket) {
    this.socket = reopened(accepted, { allowHalfOpen: true, onread: readRoom((chunk) => this.#receive(chunk)) });
  }

  /** False: no more for now. */
  #receive(chunk: Buffer): boolean {
    if (this.take === null) return this.socket.push(chunk);
    this.take(chunk);
    return true;
  }
}
