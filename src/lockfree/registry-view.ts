/**
 * What one thread knows of a registry's table, and how it catches up with it: Sync of the page in registry.ts. Writes no shared word
 * itself.
 */
import { load, type Words } from '#atomic';
import type { RegistryHistory } from './registry-history.ts';
import type { RegistryKeys } from './registry-keys.ts';
import { type Entry, RegistryReplica } from './registry-replica.ts';
import { CLAIMED, free, generationOf, isInsert, LIVE, live, slotOf, stateOf } from './registry-words.ts';

export interface RegistryViewOptions {
  readonly words: Words;
  readonly headAt: number;
  readonly controlAt: number;
  readonly slots: number;
  readonly keys: RegistryKeys;
  readonly history: RegistryHistory;
  /** Finish(head) of the page. */
  readonly finish: (head: number) => void;
  /** Control word of a slot whose tenancy `generation` has ended. */
  readonly freed: (generation: number) => number;
}

/** Whether a change is announced only: its slot has still the control word of before, of `generation`. */
const isUndone = (change: number, control: number, generation: number): boolean =>
  generationOf(control) === generation && stateOf(control) === (isInsert(change) ? CLAIMED : LIVE);

export class RegistryView {
  readonly #options: RegistryViewOptions;
  readonly #replica: RegistryReplica;
  /** The replica is the table as it was when this head's change was the last one done; its count is of this era. */
  #head: number | undefined;
  #era: number | undefined;

  constructor(options: RegistryViewOptions) {
    this.#options = options;
    this.#replica = new RegistryReplica(options.slots);
  }

  get head(): number | undefined {
    return this.#head;
  }

  get size(): number {
    return this.#replica.size;
  }

  /** Of each slot its control word, but for claims that came after it was read. */
  get controls(): readonly number[] {
    return this.#replica.controls;
  }

  get(key: string): Entry | undefined {
    return this.#replica.get(key);
  }

  list(): readonly Entry[] {
    return this.#replica.list();
  }

  /** What this thread has done itself, upon the head that it knew. */
  redone(head: number, slot: number, control: number, entry?: Entry): void {
    this.#replica.set(slot, control, entry);
    this.#head = head;
  }

  /** Sync: afterwards this is the table of one instant during the call; the head whose change is its last. */
  sync(): number {
    for (;;) {
      const head = this.#load(this.#options.headAt); // S1
      if (head === this.#head) return head;
      const changes = this.#missed(head);
      if (changes === undefined) return this.#lookAtAll();
      if (this.#redo(changes)) return this.#head ?? head;
    }
  }

  /** S2: the changes up to `head` that this thread has not seen, unless they are too many. */
  #missed(head: number): readonly number[] | undefined {
    if (this.#head === undefined || this.#options.history.era !== this.#era) return undefined;
    return this.#options.history.between(this.#head, head);
  }

  /** S3 to S5: whether the replica knows the key of each slot that is LIVE in it. */
  #redo(changes: readonly number[]): boolean {
    for (const change of changes) {
      const slot = slotOf(change);
      const generation = generationOf(this.#replica.controls[slot] ?? free(0));
      const control = this.#load(this.#options.controlAt + slot); // S3
      if (isUndone(change, control, generation)) break;
      if (isInsert(change)) this.redone(change, slot, live(generation), this.#entryOf(slot, control, generation));
      else this.redone(change, slot, this.#options.freed(generation));
    }
    return this.#replica.isWhole;
  }

  /** The slot's entry of that generation, unless it has gone. */
  #entryOf(slot: number, control: number, generation: number): Entry | undefined {
    if (control !== live(generation)) return undefined;
    const key = this.#options.keys.read(slot); // S4
    return this.#load(this.#options.controlAt + slot) === control ? { key, handle: { slot, generation } } : undefined; // S5
  }

  /** L1 to L5: all slots, then again those that have changed meanwhile, until none has. */
  #lookAtAll(): number {
    let changes: readonly number[] | undefined;
    for (;;) {
      this.#see(changes?.map(slotOf) ?? this.#begin()); // L3
      const head = this.#load(this.#options.headAt); // L4
      if (head === this.#head) return head;
      this.#options.finish(head);
      changes = this.#missed(head); // L5
      this.#head = head;
    }
  }

  /** All slots, to be looked at from now on. */
  #begin(): Iterable<number> {
    this.#era = this.#options.history.era; // L1
    this.#head = this.#load(this.#options.headAt);
    this.#options.finish(this.#head); // L2
    return this.#replica.controls.keys();
  }

  #see(slots: Iterable<number>): void {
    for (const slot of slots) {
      const control = this.#load(this.#options.controlAt + slot);
      if (control === this.#replica.controls[slot]) continue;
      const isLive = stateOf(control) === LIVE;
      const handle = { slot, generation: generationOf(control) };
      this.#replica.set(slot, control, isLive ? { key: this.#options.keys.read(slot), handle } : undefined);
    }
  }

  #load(at: number): number {
    return load(this.#options.words, at);
  }
}
