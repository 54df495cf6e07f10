/** What the page writes to its console, all levels, as one text each; errors among the arguments keep their stacks. */
import { facts } from './errors.ts';
import type { Link } from './link.ts';
import { apply, floor, later, NativeError, quietly, record, round, start } from './natives.ts';
import { patch } from './patch.ts';
import { isError } from './plain.ts';
import { textOf, wordOf } from './words.ts';

/** Those that show their arguments. */
const LEVELS = ['debug', 'log', 'info', 'warn', 'error', 'trace', 'dir', 'dirxml', 'table', 'group'] as const;
/** Of a page that prints without end: so many a second, the others are counted. */
const MOST_A_SECOND = 400;
const TELL_DROPPED_MS = 1_000;
/** Labels that are remembered. */
const MOST_LABELS = 100;

export function watchConsole(link: Link, clock: () => number): void {
  const counts = new Map<string, number>();
  const times = new Map<string, number>();
  let second = 0;
  let inSecond = 0;
  let dropped = 0;

  function note(level: string, words: readonly unknown[]): void {
    const today = floor(clock() / 1_000);
    if (today !== second) inSecond = 0;
    second = today;
    inSecond += 1;
    if (inSecond > MOST_A_SECOND || !link.hasRoom()) {
      if (dropped === 0) later(() => quietly(tellDropped), TELL_DROPPED_MS);
      dropped += 1;
      return;
    }
    link.report('console', { level, text: textOf(words), ...placeOf(level, words) });
  }

  function tellDropped(): void {
    if (!link.hasRoom()) {
      later(() => quietly(tellDropped), TELL_DROPPED_MS);
      return;
    }
    link.report('console', { level: 'warn', text: `${dropped} more lines were not kept`, dropped });
    dropped = 0;
  }

  for (const level of LEVELS) watch(level, (words) => note(level, words));
  watch('groupCollapsed', (words) => note('group', words));
  watch('assert', ([holds, first, ...rest]) => {
    if (!holds) note('error', assertion(first, rest));
  });
  watch('count', ([label]) => {
    const name = labelOf(label);
    const count = (counts.get(name) ?? 0) + 1;
    if (counts.size < MOST_LABELS || counts.has(name)) counts.set(name, count);
    note('count', [`${name}: ${count}`]);
  });
  watch('countReset', ([label]) => counts.delete(labelOf(label)));
  watch('time', ([label]) => {
    if (times.size < MOST_LABELS && !times.has(labelOf(label))) times.set(labelOf(label), clock());
  });
  watch('timeLog', ([label, ...words]) => noteTime(labelOf(label), words));
  watch('timeEnd', ([label]) => {
    noteTime(labelOf(label), []);
    times.delete(labelOf(label));
  });

  function noteTime(label: string, words: readonly unknown[]): void {
    const begun = times.get(label);
    if (begun !== undefined) note('time', [`${label}: ${round((clock() - begun) * 10) / 10} ms`, ...words]);
  }

  function watch<K extends keyof Console & string>(name: K, take: (words: readonly unknown[]) => void): void {
    patch(console, name, (original) => {
      const ours = (...words: unknown[]) => {
        quietly(() => take(words));
        return apply(original as () => void, console, words);
      };
      return ours as Console[K];
    });
  }
}

const labelOf = (label: unknown): string => (label === undefined ? 'default' : start(wordOf(label), 100));

/** A text in front goes on being the format (Console 1.1.1). */
const assertion = (first: unknown, rest: readonly unknown[]): readonly unknown[] => {
  if (typeof first === 'string') return [`Assertion failed: ${first}`, ...rest];
  return first === undefined && rest.length === 0 ? ['Assertion failed'] : ['Assertion failed', first, ...rest];
};

/** The first error among the words; else, of what is worth it, where it was said. */
function placeOf(level: string, words: readonly unknown[]): Record<string, unknown> {
  for (let i = 0; i < words.length; i++)
    if (isError(words[i])) return { error: record(facts(words[i])), stack: new NativeError().stack ?? '' };
  return level === 'error' || level === 'trace' ? { stack: new NativeError().stack ?? '' } : {};
}
