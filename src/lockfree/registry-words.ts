/**
 * The words of a registry: what its options are, where its fields lie, and how a head and a control word are coded.
 */
import { type Layout, layout, word } from './layout.ts';

/** The same for all threads of one registry. */
export interface RegistryOptions {
  /** Keys that can be present at once. */
  readonly capacity: number;
  /** Threads that may insert, each with a number of its own below this. */
  readonly threads: number;
  /** Longest key, in UTF-8 bytes. */
  readonly keyBytes: number;
  /** Changes that a thread may miss and still redo one by one, a power of two; who has missed more looks at every slot. Default 256. */
  readonly history?: number;
}

const HISTORY = 256;
export const REGISTRY_DEFAULTS: RegistryOptions = { capacity: 1024, threads: 32, keyBytes: 128, history: HISTORY };

export const registryHistory = ({ history = HISTORY }: RegistryOptions): number => history;

/** Slots of a registry: one per key, and one per inserting thread for the key that it is about to put in. */
export const registrySlots = ({ capacity, threads }: RegistryOptions): number => capacity + threads;

/** Words of one key: its length in bytes, then its UTF-8 bytes. */
export const keyWords = (keyBytes: number): number => 1 + Math.ceil(keyBytes / 4);

/** Memory of a registry; zeroed memory is an empty one. Throws a RangeError for options that do not fit its words. */
export function registryLayout(
  options: RegistryOptions = REGISTRY_DEFAULTS,
): Layout<'head' | 'era' | 'history' | 'control' | 'keys'> {
  const { capacity, threads, keyBytes } = options;
  const slots = registrySlots(options);
  const history = registryHistory(options);
  if (!(capacity >= 1 && threads >= 1 && keyBytes >= 1 && threads <= MAX_THREADS && slots <= MAX_SLOTS)) {
    const found = `capacity=${capacity} threads=${threads} keyBytes=${keyBytes}`;
    throw new RangeError(`${found}: at least 1 each, at most ${MAX_THREADS} threads and ${MAX_SLOTS} slots`);
  }
  const isPowerOfTwo = history >= 1 && Math.log2(history) % 1 === 0;
  if (!(isPowerOfTwo && history <= MAX_HISTORY)) {
    throw new RangeError(`history=${history}: a power of two, at most ${MAX_HISTORY}`);
  }
  return layout({
    head: word('any thread'),
    era: word('any thread'),
    history: word('who finishes', history),
    control: word('any thread', slots),
    keys: word('claimant', slots * keyWords(keyBytes)),
  });
}

// Control word of a slot: state (2 bits), claimant while CLAIMED (6), generation (24).
export const FREE = 0;
export const CLAIMED = 1;
export const LIVE = 2;
const STATE_MASK = 0b11;
const THREAD_SHIFT = 2;
const MAX_THREADS = 1 << 6;
const GENERATION_SHIFT = 8;

export const stateOf = (control: number): number => control & STATE_MASK;
export const generationOf = (control: number): number => control >>> GENERATION_SHIFT;
export const free = (generation: number): number => (generation << GENERATION_SHIFT) | FREE;
export const live = (generation: number): number => (generation << GENERATION_SHIFT) | LIVE;
export const claimed = (generation: number, thread: number): number =>
  (generation << GENERATION_SHIFT) | (thread << THREAD_SHIFT) | CLAIMED;

// Head word, the last change: slot (11 bits), insert or remove (1), count of changes (20, wrapping). Zero is "slot 0 removed",
// which is done in zeroed memory.
const SLOT_BITS = 11;
const MAX_SLOTS = 1 << SLOT_BITS;
export const REMOVE = 0;
export const INSERT = 1 << SLOT_BITS;
const COUNT_SHIFT = SLOT_BITS + 1;
const ONE_CHANGE = 1 << COUNT_SHIFT;
const COUNTS = 1 << (32 - COUNT_SHIFT);
const MAX_HISTORY = COUNTS >> 1;

export const slotOf = (head: number): number => head & (MAX_SLOTS - 1);
export const isInsert = (head: number): boolean => (head & INSERT) !== 0;
export const countOf = (head: number): number => head >>> COUNT_SHIFT;
/** Changes from one head to a later one, unless they were 2²⁰ or more. */
export const changesBetween = (earlier: number, head: number): number =>
  (countOf(head) - countOf(earlier)) & (COUNTS - 1);
/** The head that announces the next change after `head`. */
export const announce = (head: number, change: typeof REMOVE | typeof INSERT, slot: number): number =>
  ((head & ~(ONE_CHANGE - 1)) + ONE_CHANGE) | change | slot;
