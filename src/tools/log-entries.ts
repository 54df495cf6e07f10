/** Entries of a proxy's log that are asked for: its exchanges, their messages, and what its pages have told. */
import type { ManagedProxy } from '../proxy/managed-proxy.ts';
import type { KeptKind } from '../proxy/page-tap.ts';
import type { Exchange } from '../proxy/recorded-exchange.ts';
import type { ExchangeFilter } from '../proxy/traffic-logger.ts';
import { exchangeLine, messageLine } from './exchange-view.ts';
import { matchesOf } from './matches.ts';
import { pageEntryLine } from './page-entry.ts';
import { pageNamed } from './page-named.ts';
import { isWithin, spanOf } from './when.ts';
import type { Workbench } from './workbench.ts';

const PAGE_TYPES = ['error', 'console', 'performance', 'custom', 'execution', 'interaction', 'mutation'] as const;
export const LOG_TYPES = ['http', 'websocket', ...PAGE_TYPES, 'screenshot'] as const;
type Type = (typeof LOG_TYPES)[number];

/** What is not given excludes nothing. */
export interface LogQuery {
  readonly types?: readonly Type[] | undefined;
  readonly methods?: readonly string[] | undefined;
  readonly status_codes?: readonly (number | string)[] | undefined;
  readonly url_pattern?: string | undefined;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly after?: number | undefined;
  readonly page?: string | undefined;
  /** So many are shown, at most: the newest. */
  readonly limit: number;
}

/** One line of an answer, made when it is shown. */
export interface LogEntry {
  readonly id: number;
  readonly micros: number;
  line(): string;
}

/** An empty list asks for nothing in particular. */
const isGiven = <Item>(list: readonly Item[] | undefined): list is readonly Item[] => (list?.length ?? 0) > 0;

/** Types that are asked for; a filter that one type alone has excludes the others. */
function typesOf(query: LogQuery): ReadonlySet<Type> {
  const isHttp = isGiven(query.methods) || isGiven(query.status_codes) || query.url_pattern !== undefined;
  const named = isGiven(query.types) ? query.types : isHttp ? (['http'] as const) : LOG_TYPES;
  return new Set(named.filter((type) => !isHttp || type === 'http'));
}

/** Oldest first. `older`: so many more, which were not read since nobody would see them. */
export async function entriesOf(
  proxy: ManagedProxy,
  query: LogQuery,
  show: (text: string) => string,
  workbench: Workbench,
): Promise<{ entries: LogEntry[]; older: number }> {
  const types = typesOf(query);
  const { iso } = workbench;
  const now = workbench.proxies.now();
  const span = spanOf(query, { now, iso });
  const entries: LogEntry[] = [];
  let older = 0;
  if (types.has('http')) {
    const { exchanges, total } = await newestExchanges(proxy, query, workbench);
    older = total - exchanges.length;
    for (const exchange of exchanges)
      entries.push({
        id: exchange.id,
        micros: exchange.began,
        line: () => exchangeLine(exchange, now, iso, show, proxy.log),
      });
  }
  if (types.has('websocket') && query.page === undefined) {
    for (const message of proxy.log.messages(query.after))
      entries.push({ id: message.id, micros: message.micros, line: () => messageLine(message, iso, show) });
  }
  const kinds = pageKinds(types);
  if (kinds.length > 0) {
    const page = query.page === undefined ? {} : { page: pageNamed(proxy, query.page, 'page').number };
    for (const record of proxy.pageLog.records({
      kinds,
      after: Math.max(query.after ?? 0, proxy.log.cleared),
      ...page,
    }))
      entries.push({ id: record.id, micros: record.micros, line: () => pageEntryLine(record, iso, show) });
  }
  const within = entries.filter(({ micros }) => isWithin(span, micros));
  return { entries: within.sort((a, b) => a.micros - b.micros || a.id - b.id), older };
}

/** A failed fetch is an error of its page. */
function pageKinds(types: ReadonlySet<Type>): KeptKind[] {
  const wanted = PAGE_TYPES.filter((type) => types.has(type));
  return types.has('error') ? [...wanted, 'network'] : wanted;
}

/** The exchanges that may be shown, and how many there are. Only a filter that looks into exchanges has all of them read. */
async function newestExchanges(proxy: ManagedProxy, query: LogQuery, workbench: Workbench) {
  const { methods, url_pattern, page, since, until, limit } = query;
  if (!isGiven(methods) && [url_pattern, page, since, until].every((filter) => filter === undefined))
    return proxy.log.newest(limit, headFilter(query), proxy.startedAt);
  const exchanges = await exchangesOf(proxy, query, workbench);
  return { exchanges, total: exchanges.length };
}

/** What heads of records can tell. */
function headFilter({ after, status_codes }: LogQuery): ExchangeFilter {
  const status = statusFilter(status_codes);
  return { ...(after === undefined ? {} : { after }), ...(status === null ? {} : { status }) };
}

/** Oldest first; throws `invalid_argument` for a pattern that cannot be matched. */
export async function exchangesOf(proxy: ManagedProxy, query: LogQuery, workbench: Workbench): Promise<Exchange[]> {
  const span = spanOf(query, { now: workbench.proxies.now(), iso: workbench.iso });
  const methods = new Set(query.methods?.map((method) => method.toUpperCase()));
  const load = query.page === undefined ? null : pageNamed(proxy, query.page, 'page').facts.hello.load;
  const isWanted = (exchange: Exchange) =>
    isWithin(span, exchange.began) &&
    (methods.size === 0 || methods.has(exchange.method)) &&
    // Looked at last: its head is parsed for it.
    (load === null || exchange.load === load);
  const found = proxy.log.exchanges(headFilter(query), proxy.startedAt).filter(isWanted);
  return query.url_pattern === undefined ? found : matching(found, query.url_pattern, workbench);
}

function statusFilter(codes: LogQuery['status_codes']): ((status: number) => boolean) | null {
  if (!isGiven(codes)) return null;
  const wanted = codes.map((code) => String(code).toLowerCase());
  return (status) =>
    wanted.some((code) =>
      code.endsWith('xx') ? String(status).startsWith(code.charAt(0)) && status >= 100 : Number(code) === status,
    );
}

async function matching(exchanges: Exchange[], pattern: string, workbench: Workbench): Promise<Exchange[]> {
  const expression = /^\/(.+)\/([imsu]*)$/.exec(pattern);
  if (expression === null) return exchanges.filter(({ target }) => target.includes(pattern));
  const targets = exchanges.map(({ target }) => target);
  const matches = await matchesOf(expression[1] ?? '', targets, workbench, expression[2]);
  return exchanges.filter((_, at) => matches[at]);
}
