/** Arguments of a console as the line that a person would read there: `%s` and its like filled in, errors with their stacks. */
import { encode, holds, list, start } from './natives.ts';
import { isError, plain, read, typeOf } from './plain.ts';

const LONGEST_LINE = 4_000;
const UNNAMED = ['Object', 'object', 'array', 'Map', 'Set', 'Headers', 'FormData'];

/** Never throws. */
export function textOf(words: readonly unknown[]): string {
  const rest = list<unknown>();
  for (let i = 0; i < words.length; i++) rest[i] = words[i];
  const first = words[0];
  const isFormat = typeof first === 'string' && words.length > 1 && holds(first, '%');
  const used = { words: isFormat ? 1 : 0 };
  let text = isFormat ? fillIn(start(first, LONGEST_LINE), rest, used) : '';
  for (let i = used.words; i < rest.length && text.length <= LONGEST_LINE; i++)
    text += (i === 0 ? '' : ' ') + wordOf(rest[i]);
  return text.length > LONGEST_LINE ? `${start(text, LONGEST_LINE)}…` : text;
}

/** Counts the words that it uses; `%c` is style and leaves nothing. */
const fillIn = (format: string, words: readonly unknown[], used: { words: number }): string =>
  format.replace(/%([sdifoOc%])/g, (mark, kind: string) => {
    if (kind === '%') return '%';
    if (used.words >= words.length) return mark;
    const word = words[used.words];
    used.words += 1;
    if (kind === 'c') return '';
    return kind === 'd' || kind === 'i' || kind === 'f' ? numberOf(word, kind) : wordOf(word);
  });

/** Of a symbol there is none. */
function numberOf(word: unknown, kind: string): string {
  try {
    const number = Number(word);
    return String(kind === 'f' ? number : Math.trunc(number));
  } catch {
    return 'NaN';
  }
}

export function wordOf(word: unknown): string {
  try {
    if (typeof word === 'string') return start(word, LONGEST_LINE + 1);
    if (isError(word)) return errorText(word, 0);
    const value = plain(word);
    if (typeof value !== 'object' || value === null) return String(value);
    const type = typeOf(word);
    return UNNAMED.includes(type) || /List$|Collection$|Array$/.test(type) ? encode(value) : `${type} ${encode(value)}`;
  } catch (error) {
    return `[unreadable: ${typeOf(error)}]`;
  }
}

/** With what caused it, as consoles tell it. */
function errorText(error: object, depth: number): string {
  const stack = read(error, 'stack');
  const said = typeof stack === 'string' && stack !== '' ? stack : `${read(error, 'name')}: ${read(error, 'message')}`;
  const cause = read(error, 'cause');
  if (cause === undefined || cause === '' || cause === null || depth > 2) return said;
  return `${said}\nCaused by: ${isError(cause) ? errorText(cause, depth + 1) : wordOf(cause)}`;
}
