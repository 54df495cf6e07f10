/** An answer's value within what an answer may hold: what is longer is cut, the longest first, and the whole stands in a file. */
import { MOST_CHARACTERS } from '../text/budget.ts';
import { Fault } from '../text/fault.ts';
import { visibleText } from '../text/visible.ts';

/** Names and small members may stand beside a text that is as long as a text may be. */
const MOST = MOST_CHARACTERS + 1_000;

/** Characters of a line, items of a list: the first pair that does. */
const STEPS = [
  [20_000, 1_000],
  [5_000, 500],
  [1_000, 200],
  [200, 100],
  [60, 20],
] as const;

export interface Fitted {
  readonly value: Record<string, unknown>;
  readonly text: string;
}

/** `save`: puts bytes into a file, and gives its path; a fault costs that file, not the answer. */
export function fitAnswer(value: Record<string, unknown>, save: (bytes: Uint8Array) => string): Fitted {
  const whole = JSON.stringify(value);
  if (whole.length <= MOST) return { value, text: whole };
  const file = wholeIn(save, Buffer.from(whole));
  for (const [characters, items] of STEPS) {
    const cut = Object.fromEntries(
      Object.entries(value).map(([name, member]) => [name, cutTo(member, characters, items)]),
    );
    const text = JSON.stringify({ ...cut, ...file });
    if (text.length <= MOST) return { value: { ...cut, ...file }, text };
  }
  return { value: file, text: JSON.stringify(file) };
}

function wholeIn(save: (bytes: Uint8Array) => string, whole: Uint8Array): Record<string, string | null> {
  try {
    return { whole_file: save(whole) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { whole_file: null, whole_file_error: `${error.message}. ${error.hint}` };
  }
}

function cutTo(value: unknown, characters: number, items: number): unknown {
  if (typeof value === 'string')
    return value.length <= characters ? value : visibleText(value, characters).slice(0, 2 * characters);
  if (Array.isArray(value)) {
    const some = value.slice(0, items).map((item) => cutTo(item, characters, items));
    return value.length > items ? [...some, `… ${value.length - items} more`] : some;
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, cutTo(member, characters, items)]));
}
