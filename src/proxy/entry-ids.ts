/** Ids of log entries: one counter for all proxies of the daemon, so that an id names one entry wherever it is from. */
import { add, load, type Words } from '#atomic';

/** `ids` has one word: the last id that was given out. Any thread; wait-free. */
export function entryIds(ids: SharedArrayBuffer): () => number {
  const words: Words = new Int32Array(ids);
  return () => add(words, 0, 1) + 1;
}

/** 0 before the first. */
export const lastEntryId = (ids: SharedArrayBuffer): number => load(new Int32Array(ids), 0);
