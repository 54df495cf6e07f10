/**
 * Keys of a registry's slots: UTF-8 in atomic words, because a reader may look while the slot's next tenant is written.
 */
import { load, store, type Words } from '#atomic';
import { keyWords } from './registry-words.ts';

/** A key that can never be in this registry: too long, or not well-formed Unicode. */
export class KeyRefused extends RangeError {
  override readonly name = 'KeyRefused';
}

export class RegistryKeys {
  readonly #words: Words;
  readonly #at: number;
  readonly #keyBytes: number;
  // Words and bytes of one private buffer: the coding is the machine's, the same in all its threads.
  readonly #scratch: Int32Array<ArrayBuffer>;
  readonly #scratchBytes: Uint8Array<ArrayBuffer>;
  readonly #encoder = new TextEncoder();
  readonly #encoded: Uint8Array<ArrayBuffer>;
  // First bytes of #encoded and of #scratchBytes, by their number: a view costs as much as what it is made for.
  readonly #encodings: Uint8Array[] = [];
  readonly #readings: Uint8Array[] = [];
  // Else a leading U+FEFF would be dropped, and the key found would not be the key put in.
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor(words: Words, at: number, keyBytes: number) {
    this.#words = words;
    this.#at = at;
    this.#keyBytes = keyBytes;
    this.#scratch = new Int32Array(keyWords(keyBytes) - 1);
    this.#scratchBytes = new Uint8Array(this.#scratch.buffer);
    this.#encoded = new Uint8Array(keyBytes);
  }

  /**
   * UTF-8 bytes of a key, until the next call; throws KeyRefused over keyBytes, or for a lone surrogate (two such keys would
   * become one).
   */
  encode(key: string): Uint8Array {
    if (!key.isWellFormed()) throw new KeyRefused('key holds half a surrogate pair: keys are well-formed Unicode');
    const { read, written } = this.#encoder.encodeInto(key, this.#encoded);
    if (read < key.length) {
      const { length } = this.#encoder.encode(key);
      throw new KeyRefused(`key has bytes=${length}, at most ${this.#keyBytes} fit: hash longer ones`);
    }
    return first(written, this.#encoded, this.#encodings);
  }

  /** The claimant of `slot` only. */
  write(slot: number, bytes: Uint8Array): void {
    const at = this.#at + slot * (this.#scratch.length + 1);
    this.#scratchBytes.set(bytes);
    store(this.#words, at, bytes.length);
    for (let n = 0; n * 4 < bytes.length; n++) store(this.#words, at + 1 + n, this.#scratch[n] ?? 0);
  }

  /** What the slot's words say; a key only if the caller finds that the slot was LIVE all the while. */
  read(slot: number): string {
    const at = this.#at + slot * (this.#scratch.length + 1);
    const length = load(this.#words, at);
    for (let n = 0; n * 4 < length; n++) this.#scratch[n] = load(this.#words, at + 1 + n);
    return this.#decoder.decode(first(length, this.#scratchBytes, this.#readings));
  }
}

function first(length: number, bytes: Uint8Array, known: Uint8Array[]): Uint8Array {
  known[length] ??= bytes.subarray(0, length);
  return known[length];
}
