/** Textbook programs, right and wrong, that show what the model checker finds. All on 32-bit words from 0 on. */
import { add, compareExchange, exchange, get, load, notify, set, spin, store, type Words, wait } from '#atomic';
import type { Model } from './explore.ts';

export type Check = (results: readonly unknown[], words: Words) => void;

/** A model of threads that share `count` words. */
export const model =
  (count: number, threads: (words: Words) => Model['threads'], check: Check = () => {}) =>
  (): Model => {
    const words: Words = new Int32Array(new SharedArrayBuffer(4 * count));
    return { threads: threads(words), check: (results) => check(results, words) };
  };

/** Ring of words for one producer and one consumer: [0] tail, [1] head, [2…] slots; `capacity` is a power of two. */
export function createRing(words: Words, capacity: number) {
  const slot = (sequence: number) => 2 + (sequence & (capacity - 1));
  return {
    push(value: number): boolean {
      const tail = load(words, 0);
      if (((tail - load(words, 1)) | 0) === capacity) return false;
      set(words, slot(tail), value);
      store(words, 0, (tail + 1) | 0);
      return true;
    },
    pop(): number | undefined {
      const head = load(words, 1);
      if (head === load(words, 0)) return undefined;
      const value = get(words, slot(head));
      store(words, 1, (head + 1) | 0);
      return value;
    },
    /** Wrong: the consumer may read the slot before it is written. */
    pushPublishingFirst(value: number): void {
      const tail = load(words, 0);
      store(words, 0, (tail + 1) | 0);
      set(words, slot(tail), value);
    },
    /** Wrong: two loads are two moments. */
    sizeOfTwoMoments(): number {
      const head = load(words, 1);
      return (load(words, 0) - head) | 0;
    },
    /** Agrona's: both are of the moment at which head was the same before and after. */
    size(): number {
      let head = load(words, 1);
      for (;;) {
        const tail = load(words, 0);
        const again = load(words, 1);
        if (again === head) return (tail - head) | 0;
        head = again;
      }
    },
  };
}

type Access = { readonly get: typeof get; readonly set: typeof set };

/** Two words under a version: [0] version, [1] and [2] the pair. `access` is how the pair is touched. */
export function createSeqlock(words: Words, access: Access) {
  return {
    write(value: number): void {
      const version = load(words, 0);
      store(words, 0, version + 1);
      access.set(words, 1, value);
      access.set(words, 2, value);
      store(words, 0, version + 2);
    },
    read(): readonly [number, number] {
      for (;;) {
        const version = load(words, 0);
        if (version & 1) {
          spin();
          continue;
        }
        const pair = [access.get(words, 1), access.get(words, 2)] as const;
        if (load(words, 0) === version) return pair;
      }
    },
    /** Wrong: nothing says that the pair is of one write. */
    readWithoutValidation(): readonly [number, number] {
      load(words, 0);
      return [access.get(words, 1), access.get(words, 2)];
    },
  };
}

export const PLAIN: Access = { get, set };
export const ATOMIC: Access = { get: load, set: store };

/** Counting semaphore: [0] count, [1] waiters. */
export function createSemaphore(words: Words) {
  const tryTake = (): boolean => {
    const count = load(words, 0);
    return count > 0 && compareExchange(words, 0, count, count - 1) === count;
  };
  return {
    post(): void {
      add(words, 0, 1);
      if (load(words, 1) > 0) notify(words, 0, 1);
    },
    take(): void {
      while (!tryTake()) {
        add(words, 1, 1);
        wait(words, 0, 0);
        add(words, 1, -1);
      }
    },
    /** Wrong: post() never learns that somebody sleeps. */
    takeUnannounced(): void {
      while (!tryTake()) wait(words, 0, 0);
    },
  };
}

/** Counter in word 1 under a spin lock in word 0: right, but not lock-free. */
export function incrementLocked(words: Words): void {
  while (exchange(words, 0, 1) === 1) spin();
  store(words, 1, load(words, 1) + 1);
  store(words, 0, 0);
}

/** Counter in word 1, lock-free. */
export function incrementByCas(words: Words): void {
  for (;;) {
    const value = load(words, 1);
    if (compareExchange(words, 1, value, value + 1) === value) return;
  }
}
