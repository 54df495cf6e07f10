/**
 * The last changes of a registry, each as the head that announced it, so that a thread can redo those that it has missed.
 * F3 and S2 of the page in registry.ts.
 */
import { add, load, store, type Words } from '#atomic';
import { changesBetween, countOf } from './registry-words.ts';

export class RegistryHistory {
  readonly #words: Words;
  readonly #eraAt: number;
  readonly #at: number;
  readonly #length: number;

  /** `length` words from `at` on; the era is the word at `eraAt`. */
  constructor(words: Words, eraAt: number, at: number, length: number) {
    this.#words = words;
    this.#eraAt = eraAt;
    this.#at = at;
    this.#length = length;
  }

  /** Moves, at the latest, before the first change is done whose count has wrapped. */
  get era(): number {
    return load(this.#words, this.#eraAt);
  }

  /** F3: before the change is done that `head` announces. */
  record(head: number): void {
    if (countOf(head) === 0) add(this.#words, this.#eraAt, 1);
    store(this.#words, this.#placeOf(countOf(head)), head);
  }

  /** The changes that led from `earlier` to `head`, oldest first; nothing when one of them is no longer known. */
  between(earlier: number, head: number): readonly number[] | undefined {
    const changes: number[] = [];
    for (let last = earlier; last !== head; ) {
      const next = changesBetween(last, head) === 1 ? head : load(this.#words, this.#placeOf(countOf(last) + 1));
      if (changesBetween(last, next) !== 1) return undefined;
      changes.push(next);
      last = next;
    }
    return changes;
  }

  #placeOf(count: number): number {
    return this.#at + (count & (this.#length - 1));
  }
}
