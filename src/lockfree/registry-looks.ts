/**
 * One thread's looks at a registry's table: which slots are no longer as in its replica. S3 and S5 of the page in registry.ts.
 */
import { load, type Words } from '#atomic';
import type { RegistryKeys } from './registry-keys.ts';
import type { Entry, RegistryReplica } from './registry-replica.ts';
import {
  changesBetween,
  changesOf,
  firstGroupOf,
  firstSlotOf,
  free,
  generationOf,
  LIVE,
  type RegistryOptions,
  registryBands,
  registryGroups,
  registryLayout,
  registrySlots,
  slotOf,
  stateOf,
} from './registry-words.ts';

/** A slot's new control word and, if it is LIVE, its entry. */
interface Change {
  readonly slot: number;
  readonly control: number;
  readonly entry: Entry | undefined;
}

/** A stamp as it was before the words that it stands for were read; undefined: they never were. */
type Stamps = readonly (number | undefined)[];

/** What a look at the table has found, in the order of reading: the last change of a slot counts. */
export interface Look {
  readonly bandStamps: Stamps;
  readonly groupStamps: Stamps;
  readonly changes: Change[];
}

export class RegistryLooks {
  readonly #words: Words;
  readonly #keys: RegistryKeys;
  readonly #replica: RegistryReplica;
  readonly #slots: number;
  readonly #headAt: number;
  readonly #bandStampAt: number;
  readonly #groupStampAt: number;
  readonly #controlAt: number;
  /** Of the last look that was adopted. */
  #bandStamps: Stamps;
  #groupStamps: Stamps;

  /** At the registry that lies from word `at` on; `replica` is what the thread knows of it, and is changed by adopt() alone. */
  constructor(words: Words, at: number, options: RegistryOptions, keys: RegistryKeys, replica: RegistryReplica) {
    const place = registryLayout(options).at;
    this.#words = words;
    this.#keys = keys;
    this.#replica = replica;
    this.#slots = registrySlots(options);
    this.#headAt = at + place.head;
    this.#bandStampAt = at + place.bandStamp;
    this.#groupStampAt = at + place.groupStamp;
    this.#controlAt = at + place.control;
    this.#bandStamps = new Array<undefined>(registryBands(options)).fill(undefined);
    this.#groupStamps = new Array<undefined>(registryGroups(options)).fill(undefined);
  }

  /**
   * The look, or without one the replica, at `head` if all changes since `at` are of the slot that it announces: that one alone
   * is new. The stamps are left as they were: the next look at all looks there again.
   */
  next(head: number, at: number | undefined, look: Look | undefined): Look | undefined {
    if (at === undefined) return undefined;
    const missed = changesBetween(at, head);
    if (look !== undefined && missed !== 1) return undefined;
    const slot = slotOf(head);
    const control = load(this.#words, this.#controlAt + slot);
    if (look === undefined && changesOf(this.#replica.controls[slot] ?? free(0), control) !== missed) return undefined;
    // Else those that came meanwhile could make up for another slot's that were missed.
    if (missed !== 1 && load(this.#words, this.#headAt) !== head) return undefined;
    const { bandStamps, groupStamps, changes } = look ?? this.#nothingSeen();
    changes.push({ slot, control, entry: this.#readEntry(slot, control) });
    return { bandStamps, groupStamps, changes };
  }

  #nothingSeen(): Look {
    return { bandStamps: this.#bandStamps, groupStamps: this.#groupStamps, changes: [] };
  }

  /** The slots that are new, in the groups whose stamps are, in the bands whose stamps are. */
  all(): Look {
    const changes: Change[] = [];
    const groupStamps = this.#groupStamps.slice();
    const bandStamps = this.#bandStamps.map((before, band) => {
      const stamp = load(this.#words, this.#bandStampAt + band);
      if (stamp !== before) this.#lookAtBand(band, groupStamps, changes);
      return stamp;
    });
    return { bandStamps, groupStamps, changes };
  }

  #lookAtBand(band: number, groupStamps: (number | undefined)[], changes: Change[]): void {
    const end = Math.min(groupStamps.length, firstGroupOf(band + 1));
    for (let group = firstGroupOf(band); group < end; group++) {
      const stamp = load(this.#words, this.#groupStampAt + group);
      if (stamp !== groupStamps[group]) this.#lookAtGroup(group, changes);
      groupStamps[group] = stamp;
    }
  }

  #lookAtGroup(group: number, changes: Change[]): void {
    const end = Math.min(this.#slots, firstSlotOf(group + 1));
    for (let slot = firstSlotOf(group); slot < end; slot++) {
      const control = load(this.#words, this.#controlAt + slot);
      if (control !== this.#replica.controls[slot])
        changes.push({ slot, control, entry: this.#readEntry(slot, control) });
    }
  }

  #readEntry(slot: number, control: number): Entry | undefined {
    if (stateOf(control) !== LIVE) return undefined;
    return { key: this.#keys.read(slot), handle: { slot, generation: generationOf(control) } };
  }

  /** S5: the replica has what the look has found. */
  adopt({ changes, bandStamps, groupStamps }: Look): void {
    for (const { slot, control, entry } of changes) this.#replica.set(slot, control, entry);
    this.#bandStamps = bandStamps;
    this.#groupStamps = groupStamps;
  }
}
