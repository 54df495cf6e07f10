/** One inbox of what is wrong, from all sources, grouped; each with what stands behind it. Pure. */

export type Severity = 'error' | 'warning';
export type Source = 'output' | 'page' | 'http' | 'crash';

/** A fault, as often as it has come about. */
export interface Fault {
  readonly source: Source;
  readonly severity: Severity;
  readonly message: string;
  /** `src/cart.ts:42:7`; null when no place is known. */
  readonly at: string | null;
  readonly count: number;
  /** Microseconds on the daemon's clock. */
  readonly first: number;
  readonly last: number;
  /** Entries to look at next. */
  readonly ids: readonly string[];
  /** Message of the request that failed just before, as the page saw it; '' when none did. */
  readonly behind: string;
  /** What was asked for, of a request or of a resource that did not load; '' for others. */
  readonly url: string;
}

export interface Grouped extends Fault {
  /** The failed request that it followed; its own line is not told apart then. */
  readonly cause: Fault | null;
}

const MOST_IDS = 3;

/** Equal ones are one, newest last; what explains a page's fault is told with it, and what only repeats it is not told again. */
export function groupFaults(faults: readonly Fault[]): Grouped[] {
  const groups = new Map<string, Fault>();
  for (const fault of faults) {
    const key = `${fault.source}\0${fault.message}\0${fault.at}`;
    const known = groups.get(key);
    groups.set(key, known === undefined ? fault : merged(known, fault));
  }
  const all = [...groups.values()].filter((fault, _, every) => !isEcho(fault, every)).sort((a, b) => a.last - b.last);
  const causes = new Map(all.map((fault) => [fault, causeOf(fault, all)]));
  const explaining = new Set(causes.values());
  return all.filter((fault) => !explaining.has(fault)).map((fault) => ({ ...fault, cause: causes.get(fault) ?? null }));
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
  return {
    ...a,
    count: a.count + b.count,
    first: Math.min(a.first, b.first),
    last: Math.max(a.last, b.last),
    ids: [...a.ids, ...b.ids].slice(-MOST_IDS),
  };
}

/** The request for the resource itself, or the one that failed just before. */
function causeOf(fault: Fault, all: readonly Fault[]): Fault | null {
  if (fault.source !== 'page') return null;
  const isCause = ({ source, url, message }: Fault): boolean =>
    source === 'http' && (fault.url === '' ? fault.behind !== '' && message === fault.behind : fault.url.endsWith(url));
  return all.findLast(isCause) ?? null;
}
