/** Unread bytes of a connection: a window over the chunk that came, copied only where something spans chunks. */

const EMPTY = Buffer.alloc(0);
/** How much of the next chunk is copied at once behind what is left of this one, bytes. */
const STEP = 4_096;

export class Input {
  /** The window is [at, end) of `bytes`; behind `end` there may be anything. */
  bytes: Buffer = EMPTY;
  at = 0;
  end = 0;
  /** Bytes from `at` on that were looked over in vain already, so that slow senders cost no second look. */
  looked = 0;
  readonly #waiting: Buffer[] = [];

  /** Takes the reference: the chunk must not change afterwards. */
  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    if (this.at === this.end && this.#waiting.length === 0) this.#take(chunk);
    else this.#waiting.push(chunk);
  }

  /** Moves on by `count` bytes. */
  skip(count: number): void {
    this.at += count;
    this.looked = 0;
  }

  /** Widens the window by what waits; false: nothing does. Offsets into `bytes` change. */
  more(): boolean {
    const chunk = this.#waiting.shift();
    if (chunk === undefined) return false;
    if (this.at === this.end) this.#take(chunk);
    else {
      this.#append(chunk.length > STEP ? chunk.subarray(0, STEP) : chunk);
      if (chunk.length > STEP) this.#waiting.unshift(chunk.subarray(STEP));
    }
    return true;
  }

  get unread(): number {
    let unread = this.end - this.at;
    for (const chunk of this.#waiting) unread += chunk.length;
    return unread;
  }

  /** All unread bytes; they are read then. */
  drain(): Buffer {
    const parts = [this.bytes.subarray(this.at, this.end), ...this.#waiting.splice(0)];
    this.#take(EMPTY);
    return parts.length === 1 ? (parts[0] ?? EMPTY) : Buffer.concat(parts);
  }

  #take(chunk: Buffer): void {
    this.bytes = chunk;
    this.at = 0;
    this.end = chunk.length;
    this.looked = 0;
  }

  /** Only a copy has room behind `end`: a chunk ends where its window does. What lies before `end` is never written again. */
  #append(piece: Buffer): void {
    const held = this.end - this.at;
    if (this.end + piece.length > this.bytes.length) {
      const grown = Buffer.allocUnsafe(2 * (held + piece.length));
      this.bytes.copy(grown, 0, this.at, this.end);
      this.bytes = grown;
      this.at = 0;
      this.end = held;
    }
    piece.copy(this.bytes, this.end);
    this.end += piece.length;
  }
}
