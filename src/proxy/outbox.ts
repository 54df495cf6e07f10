/** What goes out to a socket during one turn: gathered, so that a head and a small body leave in one write. */
import type { Socket } from 'node:net';

/** Up to here copying is cheaper than a vector of buffers. */
const JOIN_BYTES = 16_384;

export class Outbox {
  readonly #socket: Socket;
  #parts: Buffer[] = [];
  #bytes = 0;
  #blocked = false;

  constructor(socket: Socket, onDrain: () => void) {
    this.#socket = socket;
    socket.on('drain', () => {
      this.#blocked = false;
      onDrain();
    });
  }

  /** The socket holds more than it wants to: who produces should wait for `onDrain`. */
  get blocked(): boolean {
    return this.#blocked;
  }

  add(part: Buffer): void {
    if (part.length === 0) return;
    this.#parts.push(part);
    this.#bytes += part.length;
  }

  /** The bytes that went out. */
  flush(): number {
    const parts = this.#parts;
    const bytes = this.#bytes;
    if (bytes === 0) return 0;
    this.#parts = [];
    this.#bytes = 0;
    const [first] = parts;
    if (parts.length === 1 && first !== undefined) this.#write(first);
    else if (bytes <= JOIN_BYTES) this.#write(Buffer.concat(parts, bytes));
    else {
      this.#socket.cork();
      for (const part of parts) this.#write(part);
      this.#socket.uncork();
    }
    return bytes;
  }

  #write(part: Buffer): void {
    if (!this.#socket.write(part)) this.#blocked = true;
  }
}
