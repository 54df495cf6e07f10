/** The console's methods, each of its calls sensed: texts and numbers last, an error has its stack, all else is read while it is as it was printed. */
import { patch } from './patch.ts';
import { quietly } from './quietly.ts';
import { saved } from './saved.ts';
import { sense } from './sense.ts';

const { apply } = saved;

const METHODS = [
  'debug',
  'log',
  'info',
  'warn',
  'error',
  'trace',
  'dir',
  'dirxml',
  'table',
  'group',
  'groupCollapsed',
  'assert',
  'count',
  'countReset',
  'time',
  'timeLog',
  'timeEnd',
] as const;

export function sensePrinting(): void {
  for (let i = 0; i < METHODS.length; i++) {
    const method = METHODS[i] ?? 'log';
    patch(console, method, (original, _, words) => {
      quietly(() => printed(method, words));
      return apply(original, console, words);
    });
  }
}

function printed(method: string, words: readonly unknown[]): void {
  if (method === 'assert' && words[0]) return;
  let lasts = true;
  let hasPlace = method === 'error' || method === 'trace' || method === 'assert';
  for (let i = 0; i < words.length; i++) {
    const word = words[i];
    if (typeof word !== 'object' || word === null) continue;
    if (isOwnError(word)) hasPlace = true;
    else lasts = false;
  }
  const made = hasPlace ? new saved.Error() : null;
  sense(lasts, (to) => to.printed(method, words, made));
}

/** A proxy may throw when it is looked at. */
export function isOwnError(value: unknown): boolean {
  try {
    return value instanceof saved.Error;
  } catch {
    return false;
  }
}
