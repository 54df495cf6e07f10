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
}

export const REGISTRY_DEFAULTS: RegistryOptions = { capacity: 1024, threads: 32, keyBytes: 128 };

/** Slots of a registry: one per key, and one per inserting thread for the key that it is about to put in. */
export const registrySlots = ({ capacity, threads }: RegistryOptions): number => capacity + threads;

// A stamp per group of 16 slots, and one per band of 8 groups: a look after a change reads few words more than those of a band,
// of a group in it, and of the slots in that.
const GROUP_SHIFT = 4;
const BAND_SHIFT = 3;
export const groupOf = (slot: number): number => slot >> GROUP_SHIFT;
export const bandOf = (group: number): number => group >> BAND_SHIFT;
export const firstSlotOf = (group: number): number => group << GROUP_SHIFT;
export const firstGroupOf = (band: number): number => band << BAND_SHIFT;
export const registryGroups = (options: RegistryOptions): number => groupOf(registrySlots(options) - 1) + 1;
export const registryBands = (options: RegistryOptions): number => bandOf(registryGroups(options) - 1) + 1;

/** Words of one key: its length in bytes, then its UTF-8 bytes. */
export const keyWords = (keyBytes: number): number => 1 + Math.ceil(keyBytes / 4);

/** Memory of a registry; zeroed memory is an empty one. Throws a RangeError for options that do not fit its words. */
export function registryLayout(
  options: RegistryOptions = REGISTRY_DEFAULTS,
): Layout<'head' | 'bandStamp' | 'groupStamp' | 'control' | 'keys'> {
  const { capacity, threads, keyBytes } = options;
  const slots = registrySlots(options);
  if (!(capacity >= 1 && threads >= 1 && keyBytes >= 1 && threads <= MAX_THREADS && slots <= MAX_SLOTS)) {
    const found = `capacity=${capacity} threads=${threads} keyBytes=${keyBytes}`;
    throw new RangeError(`${found}: at least 1 each, at most ${MAX_THREADS} threads and ${MAX_SLOTS} slots`);
  }
  return layout({
    head: word('any thread', 32), // a line of its own: it is the only word that every change writes
    bandStamp: word('any thread', registryBands(options)),
    groupStamp: word('any thread', registryGroups(options)),
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
const GENERATIONS = 0xff_ffff;

export const stateOf = (control: number): number => control & STATE_MASK;
export const generationOf = (control: number): number => control >>> GENERATION_SHIFT;
export const free = (generation: number): number => (generation << GENERATION_SHIFT) | FREE;
export const live = (generation: number): number => (generation << GENERATION_SHIFT) | LIVE;
/** Inserts and removals that led from one control word of a slot to another; claims are none. */
export const changesOf = (before: number, after: number): number =>
  2 * ((generationOf(after) - generationOf(before)) & GENERATIONS) + Number(isLive(after)) - Number(isLive(before));
const isLive = (control: number): boolean => stateOf(control) === LIVE;
export const claimed = (generation: number, thread: number): number =>
  (generation << GENERATION_SHIFT) | (thread << THREAD_SHIFT) | CLAIMED;

// Head word, the last change: slot (11 bits), insert or remove (1), count of changes (20, wrapping). Zero is "slot 0 removed",
// which is done in zeroed memory.
const SLOT_BITS = 11;
const MAX_SLOTS = 1 << SLOT_BITS;
export const REMOVE = 0;
export const INSERT = 1 << SLOT_BITS;
const ONE_CHANGE = 1 << (SLOT_BITS + 1);

export const slotOf = (head: number): number => head & (MAX_SLOTS - 1);
export const isInsert = (head: number): boolean => (head & INSERT) !== 0;
/** Changes from one head to a later one, unless they were 2²⁰ or more. */
export const changesBetween = (earlier: number, head: number): number =>
  ((head & ~(ONE_CHANGE - 1)) - (earlier & ~(ONE_CHANGE - 1))) >>> (SLOT_BITS + 1);
/** The head that announces the next change after `head`. */
export const announce = (head: number, change: typeof REMOVE | typeof INSERT, slot: number): number =>
  ((head & ~(ONE_CHANGE - 1)) + ONE_CHANGE) | change | slot;
