/**
 * The only file that names `Atomics`. The rest of the core imports `#atomic`, which the model checker replaces.
 *
 * What may be argued from (ECMA-262 §29):
 * - Every operation on an atomic word is sequentially consistent; there is no weaker one and no fence.
 * - A store synchronizes with a load that reads it only if both have the same byte range (§29.6.5): one width per word, for ever.
 * - A program without data races behaves as an interleaving of its operations (§29.10), so exploring interleavings suffices.
 * - An atomic operation is no fence for plain accesses (§29.11 note 3): a plain word must be owned, not validated afterwards.
 * - Equal-width integer accesses do not tear; `Float64Array` and `DataView` may (§29.7.3).
 * - Each operation is one step. Where progress is counted in steps, so are `or` and `and`, which x86-64 makes of a short loop.
 * - `wait` blocks its thread; `waitAsync` does not, and keeps no event loop alive.
 */

/** 32-bit words of shared memory. */
export type Words = Int32Array<SharedArrayBuffer>;
/** 64-bit words of shared memory; never the same bytes as a 32-bit word. */
export type WideWords = BigInt64Array<SharedArrayBuffer>;
/** Bytes of shared memory, for bulk copies into and out of an owned range. */
export type Bytes = Uint8Array<SharedArrayBuffer>;

export const load = (words: Words, at: number): number => Atomics.load(words, at);
export const store = (words: Words, at: number, value: number): void => {
  Atomics.store(words, at, value);
};
/** Adds with wrap-around; the value before. */
export const add = (words: Words, at: number, value: number): number => Atomics.add(words, at, value);
export const or = (words: Words, at: number, bits: number): number => Atomics.or(words, at, bits);
export const and = (words: Words, at: number, bits: number): number => Atomics.and(words, at, bits);
export const exchange = (words: Words, at: number, value: number): number => Atomics.exchange(words, at, value);
/** The value before: equal to `expected` when the exchange took place. */
export const compareExchange = (words: Words, at: number, expected: number, value: number): number =>
  Atomics.compareExchange(words, at, expected, value);

export const loadWide = (words: WideWords, at: number): bigint => Atomics.load(words, at);
export const storeWide = (words: WideWords, at: number, value: bigint): void => {
  Atomics.store(words, at, value);
};
export const addWide = (words: WideWords, at: number, value: bigint): bigint => Atomics.add(words, at, value);

/** Blocks the calling thread until notified, the word differs, or `ms` have passed. */
export const wait = (words: Words, at: number, expected: number, ms?: number): 'ok' | 'not-equal' | 'timed-out' =>
  Atomics.wait(words, at, expected, ms);
/** As `wait`, without blocking; a value that is no promise is the answer at once. */
export const waitAsync = (
  words: Words,
  at: number,
  expected: number,
  ms?: number,
): 'not-equal' | 'timed-out' | Promise<'ok' | 'timed-out'> => Atomics.waitAsync(words, at, expected, ms).value;
/** Wakes at most `count` waiters; how many there were. */
export const notify = (words: Words, at: number, count?: number): number => Atomics.notify(words, at, count);
/** Says that the caller can go on only when somebody else has written; a hint to the model checker. */
export const spin = (): void => {};

/** Plain read of a word that the caller owns or has seen published. */
export const get = (words: Words, at: number): number => words[at] ?? 0;
/** Plain write of a word that the caller owns. */
export const set = (words: Words, at: number, value: number): void => {
  words[at] = value;
};
/**
 * V8 copies to and from shared memory eight bytes at a time if both ends lie alike within their words, and else byte by byte:
 * 15 GB/s against 1. What does not lie alike goes through private memory that does.
 */
const WORD_BYTES = 8;
const WORTHWHILE = 128;
const SCRATCH_BYTES = 65_536;
const scratch = new Uint8Array(SCRATCH_BYTES + WORD_BYTES);

/** Plain copy of `source` into an owned range from byte `at`. */
export const copyIn = (target: Bytes, at: number, source: Uint8Array): void => {
  if (source.length < WORTHWHILE) {
    target.set(source, at);
    return;
  }
  const lie = (target.byteOffset + at) % WORD_BYTES;
  if (source.byteOffset % WORD_BYTES === lie) {
    target.set(source, at);
    return;
  }
  for (let from = 0; from < source.length; from += SCRATCH_BYTES) {
    const length = Math.min(SCRATCH_BYTES, source.length - from);
    scratch.set(source.subarray(from, from + length), lie);
    target.set(scratch.subarray(lie, lie + length), at + from);
  }
};
/** Private copy of `length` bytes from byte `at`, which the caller owns or has seen published. */
export const copyOut = (source: Bytes, at: number, length: number): Uint8Array<ArrayBuffer> => {
  const lie = (source.byteOffset + at) % WORD_BYTES;
  const copy = new Uint8Array(lie + length);
  copy.set(source.subarray(at, at + length), lie);
  return lie === 0 ? copy : copy.subarray(lie);
};
