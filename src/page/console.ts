/** What the page writes to its console, all levels, as one text each; errors among the arguments keep their stacks. */

import { facts } from './errors.ts';
import type { Link } from './link.ts';
import type { Receiver } from './lookout/receiver.ts';
import { clock, later, NativeError, NativeMap, quietly, round, start } from './natives.ts';
import { isError } from './plain.ts';
import { textOf, wordOf } from './words.ts';

/** Of a page that prints without end: so many a second, the others are counted. */
const MOST_A_SECOND = 400;
const TELL_DROPPED_MS = 1_000;
/** Labels that are remembered. */
const MOST_LABELS = 100;

export function readConsole(link: Link): Receiver['printed'] {
  const counts = new NativeMap<string, number>();
  const times = new NativeMap<string, number>();
  let second = 0;
  let inSecond = 0;
  let dropped = 0;

  function note(level: string, words: readonly unknown[], made: Error | null): void {
    const today = round(clock() / 1_000);
    if (today !== second) inSecond = 0;
    second = today;
    inSecond += 1;
    if (inSecond > MOST_A_SECOND || !link.hasRoom()) {
      if (dropped === 0) later(() => quietly(tellDropped), TELL_DROPPED_MS);
      dropped += 1;
      return;
    }
    link.report('console', { level, text: textOf(words), ...placeOf(level, words, made) });
  }

  function tellDropped(): void {
    if (!link.hasRoom()) {
      later(() => quietly(tellDropped), TELL_DROPPED_MS);
      return;
    }
    link.report('console', { level: 'warn', text: `${dropped} more lines were not kept`, dropped });
    dropped = 0;
  }

  function noteTime(label: string, words: readonly unknown[]): void {
    const begun = times.get(label);
    if (begun !== undefined) note('time', [`${label}: ${round((clock() - begun) * 10) / 10} ms`, ...words], null);
  }

  /** Those that have a label; the others show their arguments, and are levels. */
  const labelled: Readonly<Record<string, (label: string, words: readonly unknown[]) => void>> = {
    count(label) {
      const sum = (counts.get(label) ?? 0) + 1;
      if (counts.size < MOST_LABELS || counts.has(label)) counts.set(label, sum);
      note('count', [`${label}: ${sum}`], null);
    },
    countReset: (label) => void counts.delete(label),
    time(label) {
      if (times.size < MOST_LABELS && !times.has(label)) times.set(label, clock());
    },
    timeLog: noteTime,
    timeEnd(label) {
      noteTime(label, []);
      times.delete(label);
    },
  };

  return (method, words, made) => {
    const take = labelled[method];
    if (take !== undefined) take(labelOf(words[0]), words.slice(1));
    else if (method === 'assert') note('error', assertion(words[1], words.slice(2)), made);
    else note(method === 'groupCollapsed' ? 'group' : method, words, made);
  };
}

const labelOf = (label: unknown): string => (label === undefined ? 'default' : start(wordOf(label), 100));

/** A text in front goes on being the format (Console 1.1.1). */
const assertion = (first: unknown, rest: readonly unknown[]): readonly unknown[] => {
  if (typeof first === 'string') return [`Assertion failed: ${first}`, ...rest];
  return first === undefined && rest.length === 0 ? ['Assertion failed'] : ['Assertion failed', first, ...rest];
};

/** The first error among the words; else, of what is worth it, where it was said. */
function placeOf(level: string, words: readonly unknown[], made: Error | null): Record<string, unknown> {
  const stack = () => (made ?? new NativeError()).stack ?? '';
  for (let i = 0; i < words.length; i++) if (isError(words[i])) return { error: facts(words[i]), stack: stack() };
  return level === 'error' || level === 'trace' ? { stack: stack() } : {};
}
