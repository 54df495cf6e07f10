/** Field lines of a head on its way to the other side: those that stay as they are go over as they came, in one piece. */
import { type FieldKind, fieldKind } from './field-kinds.ts';
import type { Fields } from './fields.ts';

/** A head's text, where every line is written as we would write it: `Name: value`, CR LF. */
export interface HeadLines {
  /** The fields that it has; of a head with other ones it says nothing. */
  readonly fields: Fields;
  readonly text: string;
  /** Where its first field stands. */
  readonly at: number;
}

/** What becomes of the value of a field of a meaning; null: it is not passed on. */
export interface Passage {
  value(kind: FieldKind, value: string): string | null;
}

/** `first` is the line before them. `dropped`: names, lower case, that are not passed on either. */
export function passedLines(
  first: string,
  fields: Fields,
  lines: HeadLines | null,
  dropped: readonly string[],
  passage: Passage,
): string {
  const source = lines?.fields === fields ? lines : null;
  return source === null ? first + written(fields, dropped, passage) : copied(first, source, dropped, passage);
}

function written(fields: Fields, dropped: readonly string[], passage: Passage): string {
  let text = '';
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? '';
    const kept = passed(name, fields[i + 1] ?? '', dropped, passage);
    if (kept !== null) text += `${name}: ${kept}\r\n`;
  }
  return text;
}

/** What lies between two changed lines is one slice. */
function copied(first: string, { fields, text, at: start }: HeadLines, dropped: readonly string[], passage: Passage) {
  let copy = first;
  let from = start;
  let at = start;
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] ?? '';
    const value = fields[i + 1] ?? '';
    const next = at + lineLength(name, value);
    const kept = passed(name, value, dropped, passage);
    if (kept !== value) {
      if (at > from) copy += text.slice(from, at);
      if (kept !== null) copy += `${name}: ${kept}\r\n`;
      from = next;
    }
    at = next;
  }
  return at > from ? copy + text.slice(from, at) : copy;
}

function passed(name: string, value: string, dropped: readonly string[], passage: Passage): string | null {
  const kind = fieldKind(name);
  if (kind !== null) return passage.value(kind, value);
  return dropped.length > 0 && dropped.includes(name.toLowerCase()) ? null : value;
}

/** Characters of `Name: value` and CR LF. */
export const lineLength = (name: string, value: string): number => name.length + value.length + 4;
