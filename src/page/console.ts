/** What the page writes to its console, all levels, as one text each; errors among the arguments keep their stacks. */
import { facts } from './errors.ts';
import type { Link } from './link.ts';
import { apply, encode, floor, list, quietly, record } from './natives.ts';
import { patch } from './patch.ts';
import { plain } from './plain.ts';

const LEVELS = ['debug', 'log', 'info', 'warn', 'error', 'trace', 'assert', 'dir', 'table'] as const;
const LONGEST_LINE = 4_000;
/** Of a page that prints without end: so many a second, the others are counted. */
const MOST_A_SECOND = 400;

export function watchConsole(link: Link, clock: () => number): void {
  let second = 0;
  let inSecond = 0;
  let dropped = 0;

  function note(level: string, words: readonly unknown[]): void {
    const today = floor(clock() / 1_000);
    if (today !== second) {
      if (dropped > 0) link.report('console', { level: 'warn', text: `${dropped} more lines were not kept`, dropped });
      second = today;
      inSecond = 0;
      dropped = 0;
    }
    inSecond += 1;
    if (inSecond > MOST_A_SECOND) {
      dropped += 1;
      return;
    }
    const error = words.find((word) => word instanceof Error);
    link.report('console', {
      level,
      text: textOf(words),
      ...(error === undefined ? {} : { error: record(facts(error)) }),
    });
  }

  for (const level of LEVELS) {
    patch(console, level, (original) => (...words: unknown[]) => {
      quietly(() => {
        if (level !== 'assert') note(level, words);
        else if (!words[0]) note('error', ['Assertion failed:', ...words.slice(1)]);
      });
      apply(original, console, words);
    });
  }
}

/** As a console shows it: `%s` and its like filled in, strings as they are, the rest as JSON. */
export function textOf(words: readonly unknown[]): string {
  const rest = [...words];
  const parts = list<string>();
  if (typeof rest[0] === 'string' && rest.length > 1 && rest[0].includes('%'))
    parts[0] = fillIn(String(rest.shift()), rest);
  for (const word of rest) parts[parts.length] = wordOf(word);
  let text = '';
  for (let i = 0; i < parts.length; i++) text += (i === 0 ? '' : ' ') + parts[i];
  return text.length > LONGEST_LINE ? `${text.slice(0, LONGEST_LINE)}…` : text;
}

/** Takes the words that it uses out of `rest`; `%c` is style and leaves nothing. */
const fillIn = (format: string, rest: unknown[]): string =>
  format.replace(/%([sdifoOc%])/g, (mark, kind: string) => {
    if (kind === '%') return '%';
    if (rest.length === 0) return mark;
    const word = rest.shift();
    if (kind === 'c') return '';
    if (kind === 'd' || kind === 'i') return String(Math.trunc(Number(word)));
    return kind === 'f' ? String(Number(word)) : wordOf(word);
  });

function wordOf(word: unknown): string {
  if (typeof word === 'string') return word;
  if (word instanceof Error) return String(word.stack ?? word);
  const value = plain(word);
  return typeof value === 'string' ? value : encode(value);
}
