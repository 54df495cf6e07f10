/** What pages have reported, read from the journals that page-tap.ts writes. Any thread with a reader's number. */
import type { HeadTest, JournalReader } from '../lockfree/journal-reader.ts';
import { type KeptKind, PAGE_JOURNAL, PAGE_KINDS, type PageJournalName } from './page-tap.ts';
import { recordsAfter } from './records-after.ts';

export interface PageRecord {
  /** Of the entry, from the counter of all entries. */
  readonly id: number;
  readonly kind: KeptKind;
  /** Number of its page. */
  readonly page: number;
  readonly micros: number;
  /** When it was heard of: a page tells what it has kept while it had no connection. */
  readonly heard: number;
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface PageQuery {
  readonly kinds?: readonly KeptKind[];
  readonly page?: number;
  /** Only entries with a greater id. */
  readonly after?: number;
  /** Only those that were heard of later: costs what these cost. */
  readonly heardAfter?: number;
}

const decoder = new TextDecoder();

export class PageLog {
  readonly #readers: ReadonlyMap<PageJournalName, JournalReader>;

  constructor(readers: ReadonlyMap<PageJournalName, JournalReader>) {
    this.#readers = readers;
  }

  /** Oldest first. Bodies are decoded of those alone that the query wants. */
  records({ kinds = PAGE_KINDS, page, after = 0, heardAfter = 0 }: PageQuery): PageRecord[] {
    const names = new Set(kinds.map((kind) => PAGE_JOURNAL[kind]));
    const found = [...names].flatMap((name) => {
      const reader = this.#readers.get(name);
      if (reader === undefined) return [];
      const accept: HeadTest = (kind, a, b) => isOne(kinds, kind) && (page === undefined || b === page) && a > after;
      return recordsAfter(reader, heardAfter, accept).map((record) => ({
        ...bodyOf(record.body),
        id: record.a,
        kind: kindOf(record.kind),
        page: record.b,
        heard: record.micros,
      }));
    });
    return found.sort((a, b) => a.micros - b.micros || a.id - b.id);
  }

  /** Another one whenever a page has reported something. Reads a counter of each journal. */
  stamp(): string {
    return [...this.#readers.values()].map((reader) => reader.records()).join();
  }

  /** Entries ever kept, and those that can be read still. */
  totals(kind: KeptKind): { readonly total: number; readonly available: number } {
    const { first = 0, end = 0 } = this.#readers.get(PAGE_JOURNAL[kind])?.walk(() => true) ?? {};
    return { total: end, available: end - first };
  }
}

const kindOf = (place: number): KeptKind => PAGE_KINDS[place] ?? 'custom';
const isOne = (kinds: readonly KeptKind[], place: number): boolean => kinds.includes(kindOf(place));

/** Our own writer's JSON. */
function bodyOf(body: Uint8Array): { micros: number; facts: Record<string, unknown> } {
  return JSON.parse(decoder.decode(body));
}
