/** Values of unknown shape, from others' files, narrowed: what has the wrong type counts as absent. */

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const record = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});

/** The record that is found by going through `keys`; an empty one where the way ends. */
export const recordAt = (value: unknown, ...keys: string[]): Record<string, unknown> =>
  record(keys.reduce((at: unknown, key) => record(at)[key], value));

/** Entries of an object whose values are text. */
export const textEntries = (value: unknown): [string, string][] =>
  Object.entries(record(value)).filter((entry): entry is [string, string] => typeof entry[1] === 'string');

export const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];

export const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** `value` with each text in it, however deep, as `change` makes it; names stay. */
export function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mapTexts(inner, change)]));
}

/** A lone text, or a list of them as one line for the shell. */
export const joined = (value: unknown): string => (typeof value === 'string' ? value : texts(value).join(' && '));
