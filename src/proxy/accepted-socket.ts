/**
 * A browser's socket, reading into our room as those to the target do. A server has no option for that, so what it has accepted is
 * opened once more, around the same handle.
 */
import { Socket } from 'node:net';
import { readRoom } from './read-room.ts';

export class AcceptedSocket {
  readonly socket: Socket;
  /** Who gets what comes; null: it is `data`, as of any other socket. */
  take: ((chunk: Buffer) => void) | null = null;

  /** Of a server with `pauseOnConnect`; `accepted` itself is at its end. */
  constructor(accepted: Socket) {
    const handle: unknown = Reflect.get(accepted, '_handle');
    Reflect.set(accepted, '_handle', null);
    accepted.destroy();
    const options = { handle, allowHalfOpen: true, onread: readRoom((chunk) => this.#receive(chunk)) };
    this.socket = new Socket(options);
  }

  /** False: no more for now. */
  #receive(chunk: Buffer): boolean {
    if (this.take === null) return this.socket.push(chunk);
    this.take(chunk);
    return true;
  }
}
