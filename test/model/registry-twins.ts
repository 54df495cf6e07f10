/** Plausible mistakes in the registry, each of which the model test must refuse. */
import { compareExchange, load, spin, store, type Words } from '#atomic';
import {
  type Entry,
  type Handle,
  Registry,
  type RegistryOptions,
  registryLayout,
} from '../../src/lockfree/registry.ts';
import { RegistryKeys } from '../../src/lockfree/registry-keys.ts';
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
  slotOf,
  stateOf,
} from '../../src/lockfree/registry-words.ts';

/** A slot's next tenant gets the handle of the last one. */
export class NoGeneration extends Registry {
  protected override freed(generation: number): number {
    return free(generation);
  }
}

/** After a lost race it announces its insert upon the new head, without looking for the key again. */
export class NoSecondLook extends Registry {
  protected override commit(head: number, slot: number): number {
    const next = super.commit(head, slot);
    if (next !== undefined) return next;
    const newer = load(this.words, this.headAt);
    this.finish(newer);
    return this.commit(newer, slot);
  }
}

/** Finishes without F2, so that a late helper meets the slot's next tenancy. */
export class LateHelper extends Registry {
  protected override finish(head: number): void {
    const at = this.controlAt(slotOf(head));
    const control = load(this.words, at);
    if (stateOf(control) !== (isInsert(head) ? CLAIMED : LIVE)) return;
    const generation = generationOf(control);
    compareExchange(this.words, at, control, isInsert(head) ? live(generation) : this.freed(generation));
  }
}

/** Announces its own change over one that is not done. */
export class NoHelp extends Registry {
  #own: number | undefined;

  protected override commit(_head: number, slot: number): number | undefined {
    const head = load(this.words, this.headAt);
    this.#own = announce(head, INSERT, slot);
    return super.commit(head, slot);
  }

  protected override finish(head: number): void {
    if (head === this.#own) super.finish(head);
  }
}

/** Waits for the announcer to finish its own change: correct, but blocking. */
export class WaitsForPeer extends Registry {
  #own: number | undefined;

  protected override commit(head: number, slot: number): number | undefined {
    this.#own = announce(head, INSERT, slot);
    return super.commit(head, slot);
  }

  protected override finish(head: number): void {
    const waiting = isInsert(head) ? CLAIMED : LIVE;
    if (head === this.#own) super.finish(head);
    else while (stateOf(load(this.words, this.controlAt(slotOf(head)))) === waiting) spin();
  }
}

/** Takes what it read for the table of one instant. */
export class TornList extends Registry {
  readonly #keys: RegistryKeys;

  constructor(words: Words, at: number, thread: number, options: RegistryOptions) {
    super(words, at, thread, options);
    this.#keys = new RegistryKeys(words, at + registryLayout(options).at.keys, options.keyBytes);
  }

  override list(): readonly Entry[] {
    const entries: Entry[] = [];
    for (let slot = 0; slot < this.slots; slot++) {
      const control = load(this.words, this.controlAt(slot));
      if (stateOf(control) !== LIVE) continue;
      entries.push({ key: this.#keys.read(slot), handle: { slot, generation: generationOf(control) } });
    }
    return entries;
  }
}

/** Publishes the entry, then writes its key. */
export class KeyAfterPublish extends Registry {
  #bytes: Uint8Array | undefined;

  protected override writeKey(_slot: number, bytes: Uint8Array): void {
    this.#bytes = bytes;
  }

  protected override commit(head: number, slot: number): number | undefined {
    const next = super.commit(head, slot);
    if (next !== undefined && this.#bytes !== undefined) super.writeKey(slot, this.#bytes);
    return next;
  }
}

/** Its cache asks whether the slot is in use, not by which tenant. */
export class CacheWithoutGeneration extends Registry {
  readonly #cache = new Map<string, Handle>();

  override get(key: string): Handle | undefined {
    const known = this.#cache.get(key);
    if (known !== undefined && stateOf(load(this.words, this.controlAt(known.slot))) === LIVE) return known;
    const found = super.get(key);
    if (found !== undefined) this.#cache.set(key, found);
    return found;
  }
}

/** Claims by a load and a store. */
export class ClaimWithoutCas extends Registry {
  protected override tryClaim(slot: number): Handle | undefined {
    const at = this.controlAt(slot);
    const control = load(this.words, at);
    if (stateOf(control) !== FREE) return undefined;
    const generation = generationOf(control);
    store(this.words, at, claimed(generation, this.thread));
    return { slot, generation };
  }
}
