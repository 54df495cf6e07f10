/** One inbox of what is wrong, from all sources, grouped; each with what stands behind it. Pure. */

export type Severity = 'error' | 'warning';
export type Source = 'output' | 'page' | 'http' | 'crash';

/** A fault, as often as it has come about. */
export interface Fault {
  readonly source: Source;
  readonly severity: Severity;
  readonly message: string;
  /** What differs from one time to the next, such as how long it took: of the latest. */
  readonly detail: string;
  /** `src/cart.ts:42:7`; null when no place is known. */
  readonly at: string | null;
  readonly count: number;
  /** When what failed had begun, of the latest. Microseconds on the daemon's clock, as the next two. */
  readonly began: number;
  readonly first: number;
  readonly last: number;
  /** When the latest was heard of: a page may tell late. */
  readonly heard: number;
  /** Entries to look at next. */
  readonly ids: readonly string[];
  /** What had failed just before, as the page saw it: its message; of a request that found nobody, the id of the process. */
  readonly behind: string;
  /** What was asked for, of a request or of a resource that did not load; '' for others. */
  readonly url: string;
}

export interface Grouped extends Fault {
  /** What it followed from, and what that followed from; those are not told apart then. */
  readonly cause: Grouped | null;
}

const MOST_IDS = 3;
const MOST_CAUSES = 3;
/** A line of output comes through a pipe, and may be later than the answer of which it tells. */
const PIPE_MICROS = 200_000;
/** A program that ends of an error has just said so. */
const LAST_WORDS_MICROS = 3_000_000;

/**
 * Equal ones are one, newest last, of those that are wanted; what explains one of these is told with it, and what only repeats it
 * is not told again.
 */
export function groupFaults(faults: readonly Fault[], isWanted: (fault: Fault) => boolean = () => true): Grouped[] {
  const groups = new Map<string, Fault>();
  for (const fault of faults) {
    const key = `${fault.source}\0${fault.message}\0${fault.at}`;
    const known = groups.get(key);
    groups.set(key, known === undefined ? fault : merged(known, fault));
  }
  const all = [...groups.values()].filter((fault, _, every) => !isEcho(fault, every)).sort((a, b) => a.last - b.last);
  const causes = new Map(all.map((fault) => [fault, causeOf(fault, all)]));
  const wanted = all.filter(isWanted);
  const explaining = new Set(wanted.map((fault) => causes.get(fault)));
  const withCause = (fault: Fault, depth: number): Grouped => {
    const cause = causes.get(fault);
    return { ...fault, cause: cause == null || depth === 0 ? null : withCause(cause, depth - 1) };
  };
  return wanted.filter((fault) => !explaining.has(fault)).map((fault) => withCause(fault, MOST_CAUSES));
}

/** Dev servers print what a page's console said, and a script that the policy blocked has not loaded either. */
function isEcho(fault: Fault, all: readonly Fault[]): boolean {
  const isSame = ({ source, message, url }: Fault): boolean =>
    source === 'page' &&
    (fault.source === 'output'
      ? message.includes(fault.message) || fault.message.includes(message)
      : url === '' && message.includes(fault.url));
  if (fault.source === 'output') return all.some(isSame);
  return fault.source === 'page' && fault.url !== '' && all.some(isSame);
}

function merged(a: Fault, b: Fault): Fault {
  const latest = b.last >= a.last ? b : a;
  return {
    ...latest,
    count: a.count + b.count,
    first: Math.min(a.first, b.first),
    heard: Math.max(a.heard, b.heard),
    ids: [...a.ids, ...b.ids].slice(-MOST_IDS),
  };
}

function causeOf(fault: Fault, all: readonly Fault[]): Fault | null {
  if (fault.source === 'page') return failureBehind(fault, all);
  if (fault.source === 'crash') return lastWords(fault, all);
  if (fault.source !== 'http' || fault.severity !== 'error') return null;
  if (fault.behind !== '')
    return all.findLast(({ source, ids }) => source === 'crash' && ids.includes(fault.behind)) ?? null;
  return printedBy(fault, all);
}

/** The request for the resource itself, or what failed just before. */
function failureBehind(fault: Fault, all: readonly Fault[]): Fault | null {
  const isCause = (other: Fault): boolean =>
    fault.url === ''
      ? fault.behind !== '' && other !== fault && other.message === fault.behind
      : other.source === 'http' && (fault.url.split('?', 1)[0] ?? '').endsWith(other.url);
  return all.findLast(isCause) ?? null;
}

/** What the server printed of a request: about the very file that was asked for, else while it was under way. */
function printedBy(request: Fault, all: readonly Fault[]): Fault | null {
  const printed = all.filter(({ source }) => source === 'output');
  const about = printed.findLast((fault) => isAbout(fault, request));
  if (about !== undefined) return about;
  const requests = all.filter(({ source }) => source === 'http');
  const isDuring = ({ last }: Fault): boolean => last >= request.began && last <= request.last + PIPE_MICROS;
  return printed.findLast((fault) => isDuring(fault) && !requests.some((other) => isAbout(fault, other))) ?? null;
}

const isAbout = ({ at }: Fault, { url }: Fault): boolean =>
  at !== null && url !== '' && `/${at.replace(/(?::\d+)+$/, '')}`.endsWith(url);

const lastWords = (crash: Fault, all: readonly Fault[]): Fault | null =>
  all.findLast(
    ({ source, ids, last }) =>
      source === 'output' &&
      ids.some((id) => crash.ids.includes(id)) &&
      last <= crash.last + PIPE_MICROS &&
      last >= crash.last - LAST_WORDS_MICROS,
  ) ?? null;
