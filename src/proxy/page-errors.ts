/** Errors of pages, grouped: the same message from the same place is one, with its count. Stacks are mapped to the project's files. */
import type { PageRecord } from './page-log.ts';
import type { MappedFrame, SourceMaps } from './source-map.ts';
import { isClient, tidyStack } from './stack.ts';

export interface PageErrorGroup {
  /** `TypeError: x is not a function`, without a browser's `Uncaught`. */
  readonly message: string;
  /** uncaught, unhandledrejection, resource, policy, console, network; of the first. */
  readonly source: string;
  readonly count: number;
  /** A rejection that somebody has handled after all, later than browsers wait for that. */
  readonly isHandled: boolean;
  readonly first: PageRecord;
  readonly last: PageRecord;
  /** When the latest news of it was heard. */
  readonly heard: number;
  /** The innermost frame in the project's own code, else the innermost; null when there is no place at all. */
  readonly frame: MappedFrame | null;
  readonly stack: readonly MappedFrame[];
}

const MOST_CAUSES = 3;
const LONGEST_CAUSE = 200;
const LONGEST_LABEL = 100;
/** Browsers say no more of errors in scripts of other origins (WHATWG HTML 8.1.4.3). */
const HIDDEN = 'Script error.';
/** Of more different stacks the oldest are not mapped. */
const MOST_MAPPED = 50;

interface Group {
  readonly message: string;
  /** What a console was given before the error; it is no part of what makes errors the same. */
  readonly label?: string;
  readonly isHandled?: boolean;
  readonly stack: string;
  readonly place: { readonly file: string; readonly line: number; readonly column: number } | null;
  readonly records: PageRecord[];
}

/** Of the records those that are errors, oldest group first. */
export async function groupPageErrors(records: readonly PageRecord[], maps: SourceMaps): Promise<PageErrorGroup[]> {
  const groups = new Map<string, Group>();
  for (const record of records) {
    const seen = errorOf(record);
    if (seen === null) continue;
    const key = `${seen.message}\0${firstPlace(seen.stack) ?? `${seen.place?.file}:${seen.place?.line}`}`;
    if (isHandling(record)) handle(groups, key, record);
    else join(groups, key, seen, record);
  }
  const all = [...groups.values()];
  const newest = new Set([...all].sort((a, b) => lastOf(a) - lastOf(b)).slice(-MOST_MAPPED));
  return Promise.all(all.map((group) => mapped(group, newest.has(group) ? maps : null)));
}

function join(groups: Map<string, Group>, key: string, seen: Omit<Group, 'records'>, record: PageRecord): void {
  const known = groups.get(key);
  if (known === undefined) groups.set(key, { ...seen, records: [record] });
  else known.records.push(record);
}

/** News that a rejection was handled, which came with the same reason as the rejection. */
export const isHandling = ({ kind, facts }: PageRecord): boolean =>
  kind === 'error' && facts['source'] === 'rejectionhandled';

/** Takes the latest such rejection of that page from those that nobody has handled. */
function handle(groups: Map<string, Group>, key: string, { page }: PageRecord): void {
  const group = groups.get(key);
  const at = group?.records.findLastIndex((one) => one.page === page && one.facts['source'] === 'unhandledrejection');
  const [handled] = at === undefined || at < 0 ? [] : (group?.records.splice(at, 1) ?? []);
  if (group === undefined || handled === undefined) return;
  if (group.records.length === 0) groups.delete(key);
  join(groups, `${key}\0handled`, { ...group, isHandled: true }, handled);
}

const lastOf = ({ records }: Group): number => records.at(-1)?.id ?? 0;

async function mapped(
  { message, label = '', isHandled = false, stack, place, records }: Group,
  maps: SourceMaps | null,
): Promise<PageErrorGroup> {
  const frames = maps === null ? [] : await framesOf(stack, place, maps);
  const [first] = records;
  const last = records.at(-1);
  if (first === undefined || last === undefined) throw new RangeError('a group has a record');
  return {
    message: `${label === '' ? '' : `${label} `}${message}${inFrame(first.facts)}${isHandled ? ' (handled later)' : ''}`,
    source: first.kind === 'error' ? String(first.facts['source'] ?? 'error') : first.kind,
    count: records.length,
    isHandled,
    first,
    last,
    heard: Math.max(...records.map(({ heard }) => heard)),
    frame: frames.find(({ own }) => own) ?? frames[0] ?? null,
    stack: frames,
  };
}

/** ` (in frame #preview)` of what a page tells of a frame that it has filled itself. */
export const inFrame = ({ in: frame }: PageRecord['facts']): string =>
  typeof frame === 'string' ? ` (in ${frame.slice(0, LONGEST_CAUSE)})` : '';

async function framesOf(stack: string, place: Group['place'], maps: SourceMaps): Promise<readonly MappedFrame[]> {
  const frames = await maps.mapStack(tidyStack(stack));
  if (frames.length > 0 || place === null) return frames;
  return [await maps.mapPlace(place.file, place.line, place.column)];
}

/** Null for what is no error: a console line below `error`. */
function errorOf({ kind, facts }: PageRecord): Pick<Group, 'message' | 'label' | 'stack' | 'place'> | null {
  if (kind === 'network') {
    const message = `${textOf(facts['method'])} ${textOf(facts['url'])} failed: ${textOf(facts['reason'])}`;
    return { message, stack: textOf(facts['stack']), place: null };
  }
  if (kind === 'console') {
    if (facts['level'] !== 'error') return null;
    const error = facts['error'];
    const said = textOf(facts['text']).split('\n', 1)[0] ?? '';
    if (typeof error !== 'object' || error === null)
      return { message: said === '' ? '(nothing was said)' : said, stack: textOf(facts['stack']), place: null };
    const message = messageOf({ ...error });
    const stack = textOf(Reflect.get(error, 'stack'));
    // An error that was made by no script has no place of its own.
    return {
      message,
      label: labelIn(said, message),
      stack: hasPlace(stack) ? stack : textOf(facts['stack']),
      place: null,
    };
  }
  if (kind !== 'error') return null;
  const file = textOf(facts['file']);
  const place = file === '' ? null : { file, line: Number(facts['line']) || 1, column: Number(facts['column']) || 1 };
  return { message: messageOf(facts), stack: textOf(facts['stack']), place };
}

function messageOf(facts: Readonly<Record<string, unknown>>): string {
  const message = textOf(facts['message']).replace(/^Uncaught (\(in promise\) )?/, '');
  const cause = causeText(facts['cause']);
  const words = named(textOf(facts['name']), message);
  return [
    thrown(words, facts),
    ...(cause === '' ? [] : [`(caused by ${cause})`]),
    ...(message === HIDDEN
      ? ['(of a script of another origin: only with crossorigin on it do browsers say what)']
      : []),
  ].join(' ');
}

/** What was thrown may be no error: then its words alone do not say what has come about. */
function thrown(words: string, { source, stack, name }: Readonly<Record<string, unknown>>): string {
  const shown = words === '' ? "''" : words;
  const isNone = textOf(stack) === '' && !/(?:Error|Exception)$/.test(textOf(name));
  if (isNone && (source === 'unhandledrejection' || source === 'rejectionhandled')) return `rejected with ${shown}`;
  return isNone && words === '' ? `threw ${shown}` : shown;
}

/** `Failed to load:` of what a console was given before an error; '' where that came first. */
function labelIn(said: string, message: string): string {
  const at = said.indexOf(message.replace(/ \(caused by .*/s, ''));
  return at < 0 ? '' : said.slice(0, Math.min(at, LONGEST_LABEL)).trim();
}

const hasPlace = (stack: string): boolean => /:\d+:\d+/.test(stack);

const named = (name: string, message: string): string =>
  name === '' || message.startsWith(name) ? message : `${name}: ${message}`;

/** Of an error, of several errors in one, of anything else that was given. */
function causeText(cause: unknown): string {
  if (Array.isArray(cause)) return cause.slice(0, MOST_CAUSES).map(causeText).join('; ');
  if (typeof cause !== 'object' || cause === null) return textOf(cause).slice(0, LONGEST_CAUSE);
  const message = textOf(Reflect.get(cause, 'message')).slice(0, LONGEST_CAUSE);
  return named(textOf(Reflect.get(cause, 'name')), message);
}

/** Of a raw stack, so that grouping needs no maps. */
const firstPlace = (stack: string): string | null =>
  stack.match(/\S+:\d+:\d+/g)?.find((place) => !isClient(place)) ?? null;
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
