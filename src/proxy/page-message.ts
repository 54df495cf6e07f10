/** Messages of pages, checked: whatever a page sends, this is all that gets in. */
import type { EntryKind, FromPage, PageEntry } from '../page/protocol.ts';

export const ENTRY_KINDS: readonly EntryKind[] = [
  'error',
  'console',
  'performance',
  'custom',
  'interaction',
  'mutation',
  'network',
];

const LONGEST_NAME = 40;
const LONGEST_URL = 4_096;
const LONGEST_WORD = 10_000;
/** The client's own messages are not half as deep; what walks them further on is recursive. */
const MOST_DEPTH = 40;
/** Readers take the others for words or numbers; objects that are neither would throw there. */
const STRUCTURED = new Set(['error', 'cause']);

/** Null for what is no message of ours. Entries that are none are left out; they were counted by the page. */
export function parsePageMessage(text: string): FromPage | null {
  const value = parse(text);
  switch (value?.['say']) {
    case 'hello':
      return {
        say: 'hello',
        version: 1,
        tab: textOf(value['tab'], LONGEST_NAME),
        load: textOf(value['load'], LONGEST_NAME),
        url: textOf(value['url'], LONGEST_URL),
        title: textOf(value['title'], 300),
        frame: textOf(value['frame'], 100),
        at: numberOf(value['at']),
        loader: textOf(value['loader'], LONGEST_NAME),
        document: textOf(value['document'], LONGEST_URL),
        acknowledged: countOf(value['acknowledged']),
      };
    case 'report':
      return {
        say: 'report',
        last: countOf(value['last']),
        dropped: countOf(value['dropped']),
        entries: listOf(value['entries']).flatMap((entry) => parseEntry(entry) ?? []),
      };
    case 'status':
      return {
        say: 'status',
        url: textOf(value['url'], LONGEST_URL),
        title: textOf(value['title'], 300),
        visible: value['visible'] === true,
        vitals: vitalsOf(value['vitals']),
      };
    case 'answer':
      return {
        say: 'answer',
        id: textOf(value['id'], LONGEST_NAME),
        ok: value['ok'] === true,
        type: textOf(value['type'], LONGEST_NAME),
        value: value['value'] ?? null,
        console: listOf(value['console']).map((line) => textOf(line, LONGEST_URL)),
        ms: numberOf(value['ms']),
        cut: value['cut'] === true,
      };
    case 'clock':
      return { say: 'clock', id: countOf(value['id']), at: numberOf(value['at']) };
    default:
      return null;
  }
}

function parseEntry(value: unknown): PageEntry | null {
  const entry = recordOf(value);
  const kind = ENTRY_KINDS.find((known) => known === entry?.['kind']);
  const facts = recordOf(entry?.['facts']);
  if (kind === undefined || facts === null) return null;
  return { kind, at: numberOf(entry?.['at']), facts: kind === 'custom' ? facts : plainFacts(facts) };
}

/** `{"message":{"toString":0}}` is JSON too. */
function plainFacts(facts: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null && !STRUCTURED.has(name)
        ? JSON.stringify(value).slice(0, LONGEST_WORD)
        : value,
    ]),
  );
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value = recordOf(JSON.parse(text));
    return isShallow(value, MOST_DEPTH) ? value : null;
  } catch {
    return null;
  }
}

const isShallow = (value: unknown, depth: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (depth > 0 && Object.values(value).every((inner) => isShallow(inner, depth - 1)));

const recordOf = (value: unknown): Record<string, unknown> | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const textOf = (value: unknown, longest: number): string => (typeof value === 'string' ? value.slice(0, longest) : '');
const numberOf = (value: unknown): number =>
  typeof value === 'number' && value >= 0 ? Math.min(value, Number.MAX_SAFE_INTEGER) : 0;
const countOf = (value: unknown): number => Math.floor(numberOf(value));

const FIGURES = ['dom_content_loaded_ms', 'load_ms', 'first_contentful_paint_ms', 'lcp_ms', 'cls', 'inp_ms'] as const;
/** What the figures were of. */
const ELEMENTS = ['lcp_element', 'cls_element', 'inp_element'] as const;
const LONGEST_SELECTOR = 300;

function vitalsOf(value: unknown): Record<string, number | string | null> {
  const given = recordOf(value) ?? {};
  const figures = FIGURES.map((name) => [name, typeof given[name] === 'number' ? numberOf(given[name]) : null]);
  const elements = ELEMENTS.map((name) => [name, textOf(given[name], LONGEST_SELECTOR) || null]);
  return Object.fromEntries([...figures, ...elements]);
}
