/** What comes about in a project, one event each: processes, page errors, failed and slow requests, errors in output. */
import { sep } from 'node:path';
import { EVENT_KINDS, type EventKind } from '../text/event-kinds.ts';
import { Fault as RefusedCall } from '../text/fault.ts';
import { nearNames } from '../text/near.ts';
import { visibleLine } from '../text/visible.ts';
import { type Fault, type Grouped, groupFaults } from '../timeline/inbox.ts';
import { SETTLED_MICROS } from './cursors.ts';
import { outputFaults, proxyFaults } from './faults.ts';
import type { Workbench } from './workbench.ts';

export interface Event {
  readonly at: string;
  readonly kind: EventKind;
  readonly process_id: string | null;
  readonly proxy_id: string | null;
  readonly path: string;
  /** So often since the events that were told before. */
  readonly count: number;
  readonly text: string;
  /** Where to look next: `proxylog get`, `timeline around`. */
  readonly entry_id: string | null;
}

export interface EventQuery {
  /** Projects at and below this directory; null: all. */
  readonly path: string | null;
  readonly process_id: string | null;
  readonly proxy_id: string | null;
  /** Null: all that somebody would be woken for. */
  readonly kinds: readonly EventKind[] | null;
  /** Of which nothing was heard until then. */
  readonly after: number;
}

export interface Events {
  readonly cursor: number;
  /** Older ones that did not fit. */
  readonly dropped: number;
  readonly events: readonly Event[];
}

const QUIET: ReadonlySet<EventKind> = new Set(['started', '4xx']);
const MOST_EVENTS = 500;
const LONGEST_TEXT = 500;
/** Of what was printed so long before, a request may tell as its cause. */
const CAUSE_MICROS = 2_000_000;

/** Until now, but for what may still be on its way, which waits for the next question; the cursor is where to go on. */
export async function eventsOf(query: EventQuery, workbench: Workbench): Promise<Events> {
  const cursor = Math.max(query.after, Math.floor(workbench.proxies.now() - SETTLED_MICROS));
  const wanted = (kind: EventKind) => query.kinds?.includes(kind) ?? !QUIET.has(kind);
  const found = [...processEvents(query, workbench), ...(await faultEvents(query, workbench))]
    .filter(({ heard, event }) => wanted(event.kind) && heard > query.after && heard <= cursor)
    .sort((a, b) => a.micros - b.micros)
    .map(({ event }) => event);
  return {
    cursor: workbench.cursors.of(cursor),
    dropped: Math.max(0, found.length - MOST_EVENTS),
    events: found.slice(-MOST_EVENTS),
  };
}

interface Heard {
  readonly micros: number;
  readonly heard: number;
  readonly event: Event;
}

const isWithin = (path: string, query: EventQuery): boolean =>
  query.path === null || path === query.path || path.startsWith(query.path + sep);

const isAsked = (id: string, asked: string | null, other: string | null): boolean =>
  asked === null ? other === null : asked === id;

function processEvents(query: EventQuery, workbench: Workbench): Heard[] {
  return workbench.news
    .events(query.after)
    .filter(({ path, process_id }) => isWithin(path, query) && isAsked(process_id, query.process_id, query.proxy_id))
    .map(({ kind, micros, heard, process_id, path, text }) => ({
      micros,
      heard,
      event: {
        at: workbench.iso(micros),
        kind,
        process_id,
        proxy_id: null,
        path,
        count: 1,
        text: shown(text, workbench),
        entry_id: null,
      },
    }));
}

/** By project: what explains what is told there. */
async function faultEvents(query: EventQuery, workbench: Workbench): Promise<Heard[]> {
  const owners = new Map<string, Pick<Event, 'process_id' | 'proxy_id'>>();
  const faults = new Map<string, Fault[]>();
  const add = (path: string, found: readonly Fault[], owner: Pick<Event, 'process_id' | 'proxy_id'>) => {
    for (const { ids } of found) owners.set(ids.at(-1) ?? '', owner);
    faults.set(path, [...(faults.get(path) ?? []), ...found]);
  };
  for (const process of query.kinds?.includes('output') === false ? [] : workbench.processes.list(null, null)) {
    if (!isWithin(process.path, query) || !isAsked(process.id, query.process_id, query.proxy_id)) continue;
    const since = query.after - CAUSE_MICROS;
    const found = outputFaults(process, process.path, since).filter(({ heard }) => heard > since);
    add(process.path, found, { process_id: process.id, proxy_id: null });
  }
  for (const proxy of workbench.proxies.list(null)) {
    if (!isWithin(proxy.path, query) || !isAsked(proxy.id, query.proxy_id, query.process_id)) continue;
    const found = await proxyFaults(proxy, workbench, query.after, workbench.proxies.now());
    add(proxy.path, found, { process_id: null, proxy_id: proxy.id });
  }
  return [...faults].flatMap(([path, found]) =>
    groupFaults(found)
      .flatMap(withCauses)
      .map((fault) => heardOf(fault, path, owners, workbench)),
  );
}

/** What it followed from has come about too, and came first. */
const withCauses = (fault: Grouped): Grouped[] => [...(fault.cause === null ? [] : withCauses(fault.cause)), fault];

function heardOf(
  fault: Grouped,
  path: string,
  owners: ReadonlyMap<string, Pick<Event, 'process_id' | 'proxy_id'>>,
  workbench: Workbench,
): Heard {
  const { message, detail, at, cause, count, last, heard, ids } = fault;
  const id = ids.at(-1) ?? '';
  const isEntry = fault.source !== 'output';
  const behind = cause === null ? [] : [`← ${cause.ids.at(-1) ?? ''}`];
  const text = [message, detail, at ?? '', ...behind].filter((word) => word !== '').join(' ');
  return {
    micros: last,
    heard,
    event: {
      at: workbench.iso(last),
      kind: kindOf(fault),
      ...(owners.get(id) ?? { process_id: null, proxy_id: null }),
      path,
      count,
      text: shown(isEntry ? text : `${id} ${text}`, workbench),
      entry_id: isEntry ? id : null,
    },
  };
}

function kindOf({ source, severity, message }: Fault): EventKind {
  if (source === 'page' || source === 'output' || source === 'crash') return source;
  if (message.startsWith('slow ')) return 'slow';
  return severity === 'error' ? '5xx' : '4xx';
}

const shown = (text: string, { redact }: Workbench): string =>
  visibleLine(redact(text).replace(/\s+/g, ' '), LONGEST_TEXT);

/** Throws `invalid_argument` for what is no kind. */
export function asKinds(words: readonly string[]): readonly EventKind[] {
  return words.map((word) => {
    const kind = EVENT_KINDS.find((known) => known === word);
    if (kind !== undefined) return kind;
    const near = nearNames(word, EVENT_KINDS);
    const guess = near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : '';
    throw new RefusedCall(
      'invalid_argument',
      `kinds=${JSON.stringify(word.slice(0, 80))} is no kind of event`,
      `Use: ${EVENT_KINDS.join(', ')}.${guess}`,
      { parameter: 'kinds' },
    );
  });
}
