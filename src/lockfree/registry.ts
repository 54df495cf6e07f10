/**
 * Shared table id → slot that every thread reads and writes; the counterpart of the reference's sync.Map.
 */
import { compareExchange, load, type Words } from '#atomic';
import { RegistryHistory } from './registry-history.ts';
import { RegistryKeys } from './registry-keys.ts';
import type { Entry, Handle } from './registry-replica.ts';
import { RegistryView } from './registry-view.ts';
import {
  announce,
  CLAIMED,
  claimed,
  FREE,
  free,
  generationOf,
  INSERT,
  isInsert,
  LIVE,
  live,
  REGISTRY_DEFAULTS,
  REMOVE,
  type RegistryOptions,
  registryHistory,
  registryLayout,
  registrySlots,
  slotOf,
  stateOf,
} from './registry-words.ts';

export { KeyRefused } from './registry-keys.ts';
export type { Entry, Handle } from './registry-replica.ts';
export { REGISTRY_DEFAULTS, type RegistryOptions, registryLayout, registrySlots } from './registry-words.ts';

export type Inserted =
  | { readonly kind: 'inserted' | 'exists'; readonly handle: Handle }
  /** `capacity` keys are present. */
  | { readonly kind: 'full' };

/** Fruitless looks at every slot before a claim gives up. */
const MOST_PASSES = 1_000;

/**
 * What        Table id → slot of fixed capacity; any thread inserts, finds, lists and removes; refuses when full.
 * Roles       Everything: any thread, through a Registry object of its own. Who inserts needs a thread number that no other
 *             inserting object has while it lives; a lost thread's number goes to its successor, after its exit.
 * Layout      (capacity 1024, 32 threads, keys of 128 bytes, a history of 256)
 *             offset  bytes   field    writer        meaning
 *             0       4       head     any thread    last change: count, insert or remove, slot; by CAS only
 *             4       4       era      any thread    added to when the count of changes wraps
 *             128     1024    history  who finishes  the last changes, each as its head, by count mod 256
 *             1152    4224    control  any thread    state, claimant, generation, a word per slot; by CAS only
 *             5376    139392  keys     claimant      33 words per slot: length in bytes, UTF-8
 * States      of a slot: FREE g → CLAIMED g (by a thread, for itself) → LIVE g → FREE g + 1.
 *             of a change: announced (head names it) → done (its slot's control word shows it).
 * Algorithm   All changes pass one at a time through `head`. Who wants to make one finishes first what is announced; who only reads
 *             finishes nothing: a change that is not done is not in the table.
 *             Finish(h)  F1 control of h's slot: does it still wait (insert: CLAIMED, remove: LIVE)?   F2 head still h?
 *                        F3 count wrapped → add to era; history of h's count ← h   F4 CAS control → LIVE g, or FREE g + 1.
 *             Sync       The replica, this thread's private copy, is the table as it was when its head's change was the last one done.
 *                        S1 h ← head; the replica's? its answer   S2 the changes from there to h are those of the history, if era
 *                        has not moved, and each has the next count; else look at all. For each, oldest first:   S3 control of its
 *                        slot; still as before it (only h's can be)? the replica is the table   else the replica has it; of
 *                        an insert that is LIVE g   S4 the key   S5 control still LIVE g? else the key has gone, as a later change
 *                        will show.   A key gone, and no removal of it among the changes → S1.
 *             Look       L1 era   L2 h ← head, Finish(h)   L3 every control word, the key if it is new and LIVE   L4 head still h?
 *             at all     then the replica is the table at h   L5 else h ← head, Finish(h), and L3 for the slots of the changes since,
 *                        as in S2, or for all, from L1.
 *             insert     N1 Finish(head), Sync; key there → exists; capacity keys → full   N2 claim a FREE slot, once   N3 write the key
 *                        N4 CAS head: h of Sync → insert slot; failed → N1   N5 Finish.
 *             remove     D1 h ← head, Finish(h)   D2 control LIVE g? else false   D3 CAS head: h → remove slot; failed → D1
 *                        D4 Finish.
 *             get        G1 head is the replica's → its answer   G2 it has the key, and the control word is LIVE g → that
 *                        G3 Sync, then the replica's answer.
 * Invariants  I1 two LIVE slots never have equal keys.   I2 head leaves h only when h's change is done.
 *             I3 a slot is LIVE g for one interval, with one key, so a handle names one tenancy.   I4 at most `capacity`
 *             slots are LIVE, and each thread number has claimed one slot more at most.
 * Ordering    Every word is atomic, so all steps have one order. I2: head is moved only by N4 and D3, from an h that was finished
 *             before, in N1 or D1: N4's h is one that Sync has seen done. F2: while head is h and its change not done, nothing else
 *             touches the slot's control word, so the word read in F1 is the one that waits; F4 can meet no later tenancy:
 *             generations differ. I1: between Sync and N4 head was h, so by I2 no other change took effect: the key is still
 *             absent. Sync: by I2 each change before h was done when head was h, and F3, which comes before its F4, had put it into
 *             the history; a late F3 and a later change leave another count there, and S2 takes neither. From the table at one
 *             head a change leads to exactly one table at the next: its slot is LIVE g, or FREE g + 1. So the replica at h is the
 *             table between h's F4 and the next N4 or D3; F4 comes before S1 or, if S3 finds it done, before that, and head was h
 *             in S1: a moment of this call has both. If S3 finds it waiting, head is h still, and the table that of the change before.
 *             S5: a key is written only while its slot is CLAIMED, so what S4 read between two looks at LIVE g is g's; if it has
 *             gone, its removal was done by S5, thus is among these changes or in head by the next S1. L4: no change was
 *             announced since h was done, by which all that L3 read of slots that changed meanwhile had been read again. era: equal
 *             in L1, before the replica's first head, and in S2, after S1: no change of count 0 was done in between, so fewer
 *             than 2²⁰ were. What this thread changes itself, it changes in the replica. Plain words: none; what a claimant wrote
 *             beside its slot (prepare) happens before N4, F4, and thus before any get that finds the key.
 * Effect      insert, remove: F4, by whichever thread.  exists, full, a miss of get, list: S1, an F4 after it, the last S3, or L4.
 *             get → handle: G1, G2, or as list.  remove → false: D2.  isCurrent: its load.
 * Progress    isCurrent: wait-free. get and list: wait-free while nothing has changed since this thread's last look, get also for
 *             a key that it has seen and that is still there; else lock-free: S1 is repeated only when a key has gone since, L3 when a
 *             change came. They write nothing, but for the Finish of a look at all. insert, remove: lock-free. N4 and D3 fail only
 *             when another change succeeded; N2 goes on looking only while others claim. A peer stalled at any step prevents
 *             nothing: the next who changes finishes what it had announced, and its claimed slot is one that no other needs (I4).
 * Wrap/ABA    generation: a handle kept over 2²⁴ tenancies of its slot (claims go round all slots: 10¹⁰ inserts).
 *             head: a thread stopped between its load of head and F2, F3, N4 or D3 for exactly n · 2²⁰ changes, the last being the
 *             same change of the same slot (3 hours at 100/s, to the change): not refused by design, only by improbability.
 *             G1, S1, L4: a thread that has not looked during exactly n · 2²⁰ changes that end with the same change of the same
 *             slot: as improbable, and over with the next change.   era: 2⁵² changes between two looks.
 * Crash       lost before N4: nothing has happened; the slot stays claimed until the successor with that number takes it over.
 *             Lost after N4 or D3: the change takes effect with the next insert or remove. Nobody needs to repair anything.
 * Cost        get 1 load and a Map look-up, 16 ns; list, unchanged, 9 ns, else 4 ns an entry; a thread's first look after n changes
 *             reads era, n - 1 words of the history, n control words, and the keys of what is new, 0.1 µs for each; after more
 *             than 256, or at first, every control word, 10 µs. insert 9 atomics and the key's words, remove 7, both 0.3 µs.
 *             Measured on 1,056 slots, Node 20, x86-64. 34 words per slot and 1 KB.
 * Not given   values: lay them beside the slot, by its number. Order of entries. Keys over keyBytes (hash them).
 * Source      Helping by announcement: Barnes, "A Method for Implementing Lock-Free Shared Data Structures", SPAA 1993. Replicas that
 *             redo a shared log: Schneider, "Implementing Fault-Tolerant Services Using the State Machine Approach", 1990.
 * Checked by  test/model/registry.model.ts (I1-I4, linearizability, stall, wrong twins), test/stress/registry.stress.ts,
 *             test/lockfree/registry.test.ts
 */
export class Registry {
  readonly slots: number;
  protected readonly words: Words;
  protected readonly thread: number;
  protected readonly headAt: number;
  readonly #capacity: number;
  readonly #controlAt: number;
  readonly #keys: RegistryKeys;
  readonly #history: RegistryHistory;
  readonly #view: RegistryView;

  /** The slot that this thread has claimed, if it has looked for one its predecessor may have left. */
  #claim: Handle | undefined;
  #hasInherited = false;
  #nextSlot = 0;

  /** A thread's view of the registry on registryLayout(options).bytes bytes from word `at` on; `thread` is its own number. */
  constructor(words: Words, at: number, thread: number, options: RegistryOptions = REGISTRY_DEFAULTS) {
    const place = registryLayout(options).at;
    if (!(thread >= 0 && thread < options.threads)) {
      throw new RangeError(`thread=${thread}: threads of this registry are numbered from 0 to ${options.threads - 1}`);
    }
    this.words = words;
    this.thread = thread;
    this.slots = registrySlots(options);
    this.headAt = at + place.head;
    this.#capacity = options.capacity;
    this.#controlAt = at + place.control;
    this.#keys = new RegistryKeys(words, at + place.keys, options.keyBytes);
    this.#history = new RegistryHistory(words, at + place.era, at + place.history, registryHistory(options));
    this.#view = new RegistryView({
      ...{ words, headAt: this.headAt, controlAt: this.#controlAt, slots: this.slots },
      ...{ keys: this.#keys, history: this.#history },
      finish: (head) => this.finish(head),
      freed: (generation) => this.freed(generation),
    });
  }

  /**
   * Puts the key in unless it is there. `prepare` gets the new handle before anybody can find the key: the place to set what
   * lies beside the slot. It may be called for an insert that then answers 'exists', and again with another handle, if it has
   * inserted something itself.
   * Takes effect at F4; lock-free. Throws KeyRefused for a key over keyBytes UTF-8 bytes or with half a surrogate pair.
   */
  insert(key: string, prepare?: (handle: Handle) => void): Inserted {
    const bytes = this.#keys.encode(key);
    let written: Handle | undefined;
    for (;;) {
      this.#settle();
      const head = this.#view.sync(); // N1
      const present = this.#view.get(key);
      if (present !== undefined) return { kind: 'exists', handle: present.handle };
      if (this.#view.size >= this.#capacity) return { kind: 'full' };
      const claim = this.#claimed(); // N2
      if (claim !== written) {
        this.writeKey(claim.slot, written === undefined ? bytes : this.#keys.encode(key)); // N3
        prepare?.(claim);
        written = claim;
      }
      const next = this.commit(head, claim.slot); // N4, N5
      if (next === undefined) continue;
      this.#claim = undefined;
      this.#view.redone(next, claim.slot, live(claim.generation), { key, handle: claim });
      return { kind: 'inserted', handle: claim };
    }
  }

  /** The key's handle now. Wait-free when this thread has seen the key before, else lock-free. */
  get(key: string): Handle | undefined {
    const known = this.#view.get(key)?.handle;
    if (load(this.words, this.headAt) === this.#view.head) return known; // G1
    if (known !== undefined && this.isCurrent(known)) return known; // G2
    this.#view.sync(); // G3
    return this.#view.get(key)?.handle;
  }

  /** All entries of one instant; the same array until something has changed. Lock-free. */
  list(): readonly Entry[] {
    this.#view.sync();
    return this.#view.list();
  }

  /** Takes the handle's entry out; false when it is no longer current. Takes effect at F4; lock-free. */
  remove(handle: Handle): boolean {
    for (;;) {
      const head = this.#settle(); // D1
      if (!this.isCurrent(handle)) return false; // D2
      const next = announce(head, REMOVE, handle.slot);
      if (compareExchange(this.words, this.headAt, head, next) !== head) continue; // D3
      this.finish(next); // D4
      if (this.#view.head === head) this.#view.redone(next, handle.slot, this.freed(handle.generation));
      return true;
    }
  }

  /** Whether the handle's entry is still in. Wait-free. */
  isCurrent(handle: Handle): boolean {
    if (!(handle.slot >= 0 && handle.slot < this.slots)) return false;
    return load(this.words, this.controlAt(handle.slot)) === live(handle.generation);
  }

  /** Finish(head): afterwards the change that `head` announces is done. */
  protected finish(head: number): void {
    const slot = slotOf(head);
    const control = load(this.words, this.controlAt(slot)); // F1
    if (stateOf(control) !== (isInsert(head) ? CLAIMED : LIVE)) return;
    if (load(this.words, this.headAt) !== head) return; // F2: who moved it had finished this one (I2)
    const generation = generationOf(control);
    this.#history.record(head); // F3
    const done = isInsert(head) ? live(generation) : this.freed(generation);
    compareExchange(this.words, this.controlAt(slot), control, done); // F4
  }

  /** The head, whose change is done. */
  #settle(): number {
    const head = load(this.words, this.headAt);
    if (head !== this.#view.head) this.finish(head);
    return head;
  }

  /** Claims a slot that is FREE. */
  protected tryClaim(slot: number): Handle | undefined {
    const at = this.controlAt(slot);
    const control = load(this.words, at);
    if (stateOf(control) !== FREE) return undefined;
    const generation = generationOf(control);
    return compareExchange(this.words, at, control, claimed(generation, this.thread)) === control
      ? { slot, generation }
      : undefined;
  }

  protected writeKey(slot: number, bytes: Uint8Array): void {
    this.#keys.write(slot, bytes);
  }

  /** N4 and N5: the new head, or nothing when another change came first. */
  protected commit(head: number, slot: number): number | undefined {
    const next = announce(head, INSERT, slot);
    if (compareExchange(this.words, this.headAt, head, next) !== head) return undefined;
    this.finish(next);
    return next;
  }

  /** Control word of a slot whose tenancy `generation` has ended. */
  protected freed(generation: number): number {
    return free(generation + 1);
  }

  protected controlAt(slot: number): number {
    return this.#controlAt + slot;
  }

  /** N2: the slot that this thread has claimed, one that a lost thread of its number has left, or a FREE one. */
  #claimed(): Handle {
    this.#claim ??= this.#inherited();
    // One is FREE at every instant (I4). A pass can miss it only while others claim; so many that miss it are a broken rule.
    for (let looked = 0; this.#claim === undefined; looked++) {
      if (looked === this.slots * MOST_PASSES)
        throw new Error(`thread=${this.thread}: no slot is free; do two share the number?`);
      this.#claim = this.tryClaim(this.#nextSlot);
      this.#nextSlot = (this.#nextSlot + 1) % this.slots;
    }
    return this.#claim;
  }

  /** The replica shows it: sync() came just before and finished whatever the lost thread had announced. */
  #inherited(): Handle | undefined {
    if (this.#hasInherited) return undefined;
    this.#hasInherited = true;
    for (const [slot, control] of this.#view.controls.entries()) {
      const generation = generationOf(control);
      if (control === claimed(generation, this.thread)) return { slot, generation };
    }
    return undefined;
  }
}
