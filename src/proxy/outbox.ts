/** What goes out to a socket during one turn: gathered, so that a head and a small body leave in one write. */
import type { Buffer } from 'node:buffer';
import type { Duplex } from 'node:stream';
import { sliceOf } from './slab.ts';

/** Bytes, or their latin1: a head goes out as the string that it was built as. */
export type Part = Buffer | string;

/** Up to here one string is cheaper than a buffer: the system gets it from the stack, and nothing is left to collect. */
const STRING_BYTES = 4_096;
/** Up to here copying is cheaper than a vector of buffers. */
const JOIN_BYTES = 16_384;

export class Outbox {
  readonly #socket: Duplex;
  #parts: Part[] = [];
  #bytes = 0;
  #blocked = false;

  constructor(socket: Duplex, onDrain: () => void) {
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

  add(part: Part): void {
    if (part.length === 0) return;
    this.#parts.push(part);
    this.#bytes += part.length;
  }

  /** The bytes that went out. */
  flush(): number {
    const bytes = this.#bytes;
    if (bytes === 0) return 0;
    const parts = this.#parts;
    // A new one: to empty the old one is a call into the engine.
    this.#parts = [];
    this.#bytes = 0;
    const [first] = parts;
    if (parts.length === 1 && first !== undefined) this.#write(first);
    else if (bytes <= STRING_BYTES) this.#write(textOf(parts));
    else if (bytes <= JOIN_BYTES) this.#write(bytesOf(parts, bytes));
    else this.#writeEach(parts);
    return bytes;
  }

  #writeEach(parts: readonly Part[]): void {
    this.#socket.cork();
    for (const part of parts) this.#write(part);
    this.#socket.uncork();
  }

  #write(part: Part): void {
    const isTaken = typeof part === 'string' ? this.#socket.write(part, 'latin1') : this.#socket.write(part);
    if (!isTaken) this.#blocked = true;
  }
}

function textOf(parts: readonly Part[]): string {
  let text = '';
  for (const part of parts) text += typeof part === 'string' ? part : part.toString('latin1');
  return text;
}

function bytesOf(parts: readonly Part[], length: number): Buffer {
  const bytes = sliceOf(length);
  let at = 0;
  for (const part of parts) {
    if (typeof part === 'string') bytes.write(part, at, 'latin1');
    else bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
