/**
 * Which load of a page has made a request. Pages say it in Content-Language, a field that goes to any origin without asking: a
 * request that is redirected to another server would fail there with a field of our own (Fetch 2.2.2, 4.9).
 */
import { LOAD_FIELD, LOAD_MARK } from '../page/protocol.ts';
import { type Fields, field } from './fields.ts';

export const MARKED_FIELD = 'content-language';

const MARK = new RegExp(`^${LOAD_MARK}[a-z0-9]{1,20}$`);

/** '' for a request that no page of ours has marked. */
export function loadOf(fields: Fields): string {
  const own = field(fields, LOAD_FIELD);
  if (own !== null) return own;
  const mark = membersOf(field(fields, MARKED_FIELD) ?? '').find((member) => MARK.test(member));
  return mark === undefined ? '' : mark.slice(LOAD_MARK.length);
}

/** The field's value as the page itself has said it; null when all of it was ours. */
export function withoutMark(value: string): string | null {
  if (!value.includes(LOAD_MARK)) return value;
  const rest = membersOf(value).filter((member) => !MARK.test(member));
  return rest.length === 0 ? null : rest.join(', ');
}

/** The fields as the page itself has said them. */
export function unmarked(fields: Fields): Fields {
  const marked = field(fields, MARKED_FIELD);
  if (marked === null || withoutMark(marked) === marked) return fields;
  const rest: string[] = [];
  for (let at = 0; at < fields.length; at += 2) {
    const [name = '', value = ''] = [fields[at], fields[at + 1]];
    const kept = name.toLowerCase() === MARKED_FIELD ? withoutMark(value) : value;
    if (kept !== null) rest.push(name, kept);
  }
  return rest;
}

const membersOf = (value: string): string[] =>
  value
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '');
