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
        acknowledged: numberOf(value['acknowledged']),
      };
    case 'report':
      return {
        say: 'report',
        last: numberOf(value['last']),
        dropped: numberOf(value['dropped']),
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
      };
    case 'clock':
      return { say: 'clock', id: numberOf(value['id']), at: numberOf(value['at']) };
    default:
      return null;
  }
}

function parseEntry(value: unknown): PageEntry | null {
  const entry = recordOf(value);
  const kind = ENTRY_KINDS.find((known) => known === entry?.['kind']);
  const facts = recordOf(entry?.['facts']);
  return kind === undefined || facts === null ? null : { kind, at: numberOf(entry?.['at']), facts };
}

function parse(text: string): Record<string, unknown> | null {
  try {
    return recordOf(JSON.parse(text));
  } catch {
    return null;
  }
}

const recordOf = (value: unknown): Record<string, unknown> | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const textOf = (value: unknown, longest: number): string => (typeof value === 'string' ? value.slice(0, longest) : '');
const numberOf = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : 0;

const VITALS = ['dom_content_loaded_ms', 'load_ms', 'first_contentful_paint_ms', 'lcp_ms', 'cls', 'inp_ms'] as const;

function vitalsOf(value: unknown): Record<string, number | null> {
  const given = recordOf(value) ?? {};
  return Object.fromEntries(
    VITALS.map((name) => [name, typeof given[name] === 'number' ? numberOf(given[name]) : null]),
  );
}
