/**
 * One thread's private copy of a registry's table: no shared word in it. Who keeps it says of which instant it is.
 */
import { free, LIVE, stateOf } from './registry-words.ts';

/** Names one tenancy of one slot: after remove() it never names a later tenant. */
export interface Handle {
  readonly slot: number;
  readonly generation: number;
}

export interface Entry {
  readonly key: string;
  readonly handle: Handle;
}

const NOWHERE = -1;

export class RegistryReplica {
  /** Of each slot, its control word. */
  readonly controls: readonly number[];
  readonly #controls: number[];
  /** The entries without gaps, and where each slot's one is among them. */
  readonly #present: Entry[] = [];
  readonly #placeOf: number[];
  readonly #byKey = new Map<string, Entry>();
  #list: readonly Entry[] | undefined;
  /** Slots that are LIVE without an entry: their key had gone before it could be read. */
  #unknown = 0;

  constructor(slots: number) {
    this.#controls = new Array<number>(slots).fill(free(0));
    this.controls = this.#controls;
    this.#placeOf = new Array<number>(slots).fill(NOWHERE);
  }

  get size(): number {
    return this.#present.length;
  }

  get isWhole(): boolean {
    return this.#unknown === 0;
  }

  get(key: string): Entry | undefined {
    return this.#byKey.get(key);
  }

  /** The same array until something changes. */
  list(): readonly Entry[] {
    this.#list ??= this.#present.slice();
    return this.#list;
  }

  /** What a slot holds from now on. Slots are told in the order in which they were read. */
  set(slot: number, control: number, entry: Entry | undefined): void {
    const wasLive = stateOf(this.#controls[slot] ?? free(0)) === LIVE;
    this.#controls[slot] = control;
    const before = this.#takeOut(slot);
    if (wasLive && before === undefined) this.#unknown--;
    if (stateOf(control) === LIVE && entry === undefined) this.#unknown++;
    if (before === undefined && entry === undefined) return;
    // The key may have moved to another slot, and been found there before.
    if (before !== undefined && this.#byKey.get(before.key) === before) this.#byKey.delete(before.key);
    if (entry !== undefined) {
      this.#byKey.set(entry.key, entry);
      this.#placeOf[slot] = this.#present.push(entry) - 1;
    }
    this.#list = undefined;
  }

  /** The last entry takes its place. */
  #takeOut(slot: number): Entry | undefined {
    const place = this.#placeOf[slot] ?? NOWHERE;
    if (place === NOWHERE) return undefined; // V8 would look -1 up as a name, for 200 ns
    const before = this.#present[place];
    const last = this.#present.at(-1);
    if (before === undefined || last === undefined) return undefined;
    this.#present[place] = last;
    this.#placeOf[last.handle.slot] = place;
    this.#placeOf[slot] = NOWHERE;
    this.#present.pop();
    return before;
  }
}
