/** Records of a journal whose times only grow, from the newest back to an instant: what is older is not looked at. */
import type { HeadTest, JournalReader, JournalRecord } from '../lockfree/journal-reader.ts';

/** Oldest first: those later than `micros` that `accept` wants; 0: all. */
export function recordsAfter(reader: JournalReader, micros: number, accept: HeadTest): JournalRecord[] {
  const found: JournalRecord[] = [];
  reader.walk((page) =>
    page.heads((kind, a, b, n) => {
      if (micros > 0 && page.place(n).micros <= micros) return false;
      if (accept(kind, a, b, page.first + n)) found.push(page.record(n));
      return true;
    }),
  );
  return found.reverse();
}
