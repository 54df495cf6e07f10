/** Writes what pages report, and what was run in them, into the journals of their kinds: chatter of one kind never evicts another. */

import type { JournalWriter } from '../lockfree/journal.ts';
import type { EntryKind } from '../page/protocol.ts';

/** No page can report an execution: it is told by whoever asked for it. */
export type KeptKind = EntryKind | 'execution';

export interface KeptEntry {
  readonly kind: KeptKind;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Which journal keeps which kind. */
export const PAGE_JOURNAL = {
  error: 'errors',
  network: 'errors',
  console: 'console',
  performance: 'performance',
  interaction: 'interactions',
  mutation: 'mutations',
  custom: 'custom',
  execution: 'executions',
} as const satisfies Record<KeptKind, string>;
export type PageJournalName = (typeof PAGE_JOURNAL)[KeptKind];
export const PAGE_JOURNALS: readonly PageJournalName[] = [...new Set(Object.values(PAGE_JOURNAL))];

/** In a record's head, `kind` is a place in this list, `a` the entry's id, `b` the page's number. */
export const PAGE_KINDS: readonly KeptKind[] = [
  'error',
  'network',
  'console',
  'performance',
  'interaction',
  'mutation',
  'custom',
  'execution',
];

const encoder = new TextEncoder();

export class PageTap {
  readonly #journals: ReadonlyMap<PageJournalName, JournalWriter>;
  readonly #nextId: () => number;

  constructor(journals: ReadonlyMap<PageJournalName, JournalWriter>, nextId: () => number) {
    this.#journals = journals;
    this.#nextId = nextId;
  }

  /** Keeps an entry of page number `page` that came about at `micros` and was heard of at `heard`, never before the last one. */
  keep(page: number, entry: KeptEntry, micros: number, heard: number): void {
    const journal = this.#journals.get(PAGE_JOURNAL[entry.kind]);
    if (journal === undefined) return;
    const whole = encoder.encode(JSON.stringify({ micros, facts: entry.facts }));
    const body = whole.length <= journal.maxLength ? whole : encoder.encode(JSON.stringify(tooLarge(micros, entry)));
    journal.append({ kind: PAGE_KINDS.indexOf(entry.kind), a: this.#nextId(), b: page, micros: heard }, body);
  }
}

function tooLarge(micros: number, { facts }: KeptEntry) {
  const said = [facts['message'], facts['text']].find((word) => typeof word === 'string') ?? '';
  return { micros, facts: { message: `${String(said).slice(0, 2_000)}… (too large to keep)` } };
}
