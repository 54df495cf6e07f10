/**
 * What a registry is, in one sentence per operation, and whether a recorded history has an order that it explains.
 */
import { linearizable } from './linearizable.ts';
import type { Operation } from './thread.ts';

/** Present keys with their handles ('?' while only a lost thread knows it), and all handles ever given. */
interface Table {
  readonly entries: Readonly<Record<string, string>>;
  readonly given: readonly string[];
}

type Step = readonly [boolean, Table];
const UNKNOWN = '?';

const without = ({ entries, given }: Table, key: string): Table => {
  const { [key]: _gone, ...rest } = entries;
  return { entries: rest, given };
};
const withEntry = ({ entries, given }: Table, key: string, handle: string): Table => ({
  entries: { ...entries, [key]: handle },
  given: handle === UNKNOWN ? given : [...given, handle],
});

/** The table if `key` has `handle` in it: as known, or learnt now. */
function confirmed(table: Table, key: string, handle: string): Step {
  if (table.entries[key] === handle) return [true, table];
  const isNews = table.entries[key] === UNKNOWN && !table.given.includes(handle);
  return [isNews, isNews ? withEntry(table, key, handle) : table];
}

function confirmedList(table: Table, out: string): Step {
  const rows = out === '' ? [] : out.split(',').map((row) => row.split(' '));
  let next: Step = [rows.length === Object.keys(table.entries).length, table];
  for (const [key = '', handle = ''] of rows) if (next[0]) next = confirmed(next[1], key, handle);
  return next;
}

function insertion(table: Table, key: string, out: string | undefined, capacity: number): Step {
  const isFull = Object.keys(table.entries).length >= capacity;
  const isPresent = key in table.entries;
  if (out === undefined) return [true, isPresent || isFull ? table : withEntry(table, key, UNKNOWN)];
  const [kind, handle = ''] = out.split(' ');
  if (kind === 'full') return [isFull && !isPresent, table];
  if (kind === 'exists') return confirmed(table, key, handle);
  const isNew = !isPresent && !isFull && !table.given.includes(handle);
  return [isNew, isNew ? withEntry(table, key, handle) : table];
}

/** One operation on the table; `out` is undefined when its thread was lost in it. */
function step(table: Table, { name, arg, out }: Operation, capacity: number): Step {
  const key = String(arg);
  const answer = out === undefined ? undefined : String(out);
  if (name === 'insert') return insertion(table, key, answer, capacity);
  if (name === 'get' || name === 'list') {
    if (answer === undefined) return [true, table];
    if (name === 'list') return confirmedList(table, answer);
    return answer === 'nothing' ? [!(key in table.entries), table] : confirmed(table, key, answer);
  }
  const holder = Object.keys(table.entries).find((one) => table.entries[one] === key);
  if (name === 'remove' && holder !== undefined) return [answer !== 'false', without(table, holder)];
  return [answer === undefined || answer === `${holder !== undefined}`, table];
}

/** Whether the history has a legal order on a registry of `capacity`. */
export const isExplained = (history: readonly Operation[], capacity: number): boolean =>
  linearizable(history, {
    init: { entries: {}, given: [] },
    step: (table: Table, one: Operation) => step(table, one, capacity),
    key: (table: Table) => JSON.stringify(table),
  });
