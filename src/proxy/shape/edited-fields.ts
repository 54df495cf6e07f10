/** Fields with a rule's edits: what is set takes the place of the first of its name, what is null goes. */
import type { Fields } from '../fields.ts';

export function editedFields(
  fields: Fields,
  edits: readonly (readonly [name: string, value: string | null])[],
): string[] {
  const left = new Map(edits);
  const named = new Set(left.keys());
  const edited: string[] = [];
  for (let at = 0; at < fields.length; at += 2) {
    const [name = '', value = ''] = [fields[at], fields[at + 1]];
    const key = name.toLowerCase();
    if (!named.has(key)) edited.push(name, value);
    else {
      const given = left.get(key) ?? null;
      left.delete(key);
      if (given !== null) edited.push(name, given);
    }
  }
  for (const [name, value] of left) if (value !== null) edited.push(name, value);
  return edited;
}

const FRAMING = new Set(['content-length', 'transfer-encoding', 'trailer']);

/** Without what says how long the body is. */
export const unframed = (fields: Fields): string[] =>
  fields.filter((_, at) => !FRAMING.has((fields[at - (at % 2)] ?? '').toLowerCase()));

/** As latin1. */
export function headBytes(firstLine: string, fields: Fields): Buffer {
  let text = `${firstLine}\r\n`;
  for (let at = 0; at < fields.length; at += 2) text += `${fields[at]}: ${fields[at + 1]}\r\n`;
  return Buffer.from(`${text}\r\n`, 'latin1');
}
