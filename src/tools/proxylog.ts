/** `proxylog`: what has passed through a proxy, and what its pages have told. */
import * as z from 'zod';
import type { ManagedProxy } from '../proxy/managed-proxy.ts';
import type { KeptKind } from '../proxy/page-tap.ts';
import type { Exchange } from '../proxy/traffic-logger.ts';
import { budgetFor, fitBudget } from '../text/budget.ts';
import { closingLine, escapeClosing } from '../text/envelope.ts';
import { Fault } from '../text/fault.ts';
import { recordChangesOf } from './changes.ts';
import { exchangesDiff } from './exchange-diff.ts';
import { exchangeLine, messageId, messageLine, viewExchange, viewMessage } from './exchange-view.ts';
import { harOf } from './har.ts';
import { matchesOf } from './matches.ts';
import { pageEntryLine, viewPageEntry } from './page-entry.ts';
import { pageNamed } from './page-named.ts';
import { oneProxy } from './proxy-named.ts';
import { replay } from './replay.ts';
import { type Call, defineTool, type ToolResult } from './tool.ts';
import { statsOf, summaryOf } from './traffic-summary.ts';
import { isWithin, knownCursor, spanOf } from './when.ts';
import type { Workbench } from './workbench.ts';

const TYPES = [
  'http',
  'websocket',
  'error',
  'console',
  'performance',
  'custom',
  'execution',
  'interaction',
  'mutation',
  'screenshot',
] as const;
type Type = (typeof TYPES)[number];

const NAMED = ['proxy_id', 'path'] as const;
const FILTERS = [
  'types',
  'methods',
  'status_codes',
  'url_pattern',
  'since',
  'until',
  'after',
  'page',
  'limit',
  'order',
  'reveal',
] as const;
const ACTIONS = {
  query: [...NAMED, ...FILTERS],
  get: [...NAMED, 'entry_id', 'part', 'reveal'],
  summary: [...NAMED, ...FILTERS],
  stats: NAMED,
  clear: NAMED,
  har: [...NAMED, ...FILTERS],
  replay: [...NAMED, 'entry_id', 'edits', 'timeout_ms', 'reveal'],
  diff: [...NAMED, 'a', 'b', 'reveal'],
} as const;
type Action = keyof typeof ACTIONS;
const ACTION_NAMES = Object.keys(ACTIONS) as [Action, ...Action[]];

const logSchema = z.strictObject({
  action: z.enum(ACTION_NAMES),
  proxy_id: z.string().optional().describe('default: the only proxy here'),
  path: z.string().optional(),
  types: z.array(z.enum(TYPES)).optional().describe('default: all; http when filtered by method, status or URL'),
  methods: z.array(z.string().regex(/^[A-Za-z]+$/)).optional(),
  status_codes: z
    .array(z.union([z.int().min(100).max(599), z.string().regex(/^[1-5](?:xx|\d\d)$/)]))
    .optional()
    .describe('500, "5xx"'),
  url_pattern: z.string().min(1).max(1_000).optional().describe('part of the URL, or /regex/'),
  since: z.string().optional().describe('ISO 8601, or 30s, 5m, 1h ago'),
  until: z.string().optional(),
  after: z.int().min(0).optional().describe('cursor: only what came later'),
  page: z.string().optional().describe('of one page'),
  limit: z.int().min(1).max(1_000).default(20).describe('the newest so many'),
  order: z.enum(['asc', 'desc']).default('asc').describe('asc: oldest first'),
  entry_id: z.string().optional().describe('get, replay: req_142'),
  a: z.string().optional().describe('diff: req_142'),
  b: z.string().optional(),
  edits: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('replay: {method, url: path, headers: {name: value|null}, body}'),
  timeout_ms: z.int().min(1).max(600_000).default(30_000),
  part: z.enum(['all', 'request', 'response', 'timing']).default('all'),
  reveal: z.boolean().default(false),
});

type LogInput = z.output<typeof logSchema>;

export const proxylogTool = defineTool({
  name: 'proxylog',
  title: 'Traffic',
  description:
    'What passed through a proxy and what its pages told, one line each: query (filters; after: cursor; requests under way are pending), get (one entry: headers, bodies, timing), summary, stats, clear, har (a file), replay (sends a request again, with edits), diff (of entries a, b).',
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  actions: ACTIONS,
  input: logSchema,
  async run(input, call: Call, workbench) {
    const proxy = await oneProxy(input.proxy_id, input.path, call, workbench);
    const after = knownCursor(input.after, workbench.proxies.lastEntry());
    return HANDLERS[input.action](proxy, { ...input, after }, workbench, call);
  },
});

type Handler = (proxy: ManagedProxy, input: LogInput, workbench: Workbench, call: Call) => Promise<ToolResult>;

/** One line of an answer, made when it is shown. */
interface Entry {
  readonly id: number;
  readonly micros: number;
  line(): string;
}

const HANDLERS: Record<Action, Handler> = {
  query,
  async get(proxy, input, workbench) {
    return { kind: 'data', value: entryOf(proxy, input, workbench) };
  },
  async summary(proxy, input, workbench) {
    const exchanges = await exchangesOf(proxy, input, workbench);
    return { kind: 'data', value: { proxy_id: proxy.id, ...summaryOf(exchanges, showing(input, workbench)) } };
  },
  async stats(proxy) {
    return { kind: 'data', value: { proxy_id: proxy.id, ...statsOf(proxy) } };
  },
  async clear(proxy, _input, workbench) {
    const { available } = proxy.log.totals();
    proxy.log.clear(workbench.proxies.lastEntry());
    return { kind: 'data', value: { proxy_id: proxy.id, cleared: available } };
  },
  async har(proxy, input, workbench) {
    const exchanges = (await exchangesOf(proxy, input, workbench)).slice(-Math.max(input.limit, 1_000));
    const source = {
      origin: `http://localhost:${proxy.port}`,
      log: proxy.log,
      pages: proxy.pages.list(),
      version: workbench.daemonInfo().version,
      iso: workbench.iso,
    };
    const har = harOf(exchanges, source, showing(input, workbench));
    const file = workbench.saveLarge(Buffer.from(JSON.stringify(har)), 'har');
    return { kind: 'data', value: { proxy_id: proxy.id, file, entries: exchanges.length } };
  },
  async replay(proxy, input, workbench, call) {
    const exchange = exchangeNamed(proxy, input.entry_id, 'entry_id');
    return replay(proxy, exchange, input, showing(input, workbench), call, workbench);
  },
  async diff(proxy, input, workbench) {
    const [a, b] = [exchangeNamed(proxy, input.a, 'a'), exchangeNamed(proxy, input.b, 'b')];
    return {
      kind: 'data',
      value: { proxy_id: proxy.id, ...exchangesDiff(a, b, proxy.log, showing(input, workbench)) },
    };
  },
};

async function query(proxy: ManagedProxy, input: LogInput, workbench: Workbench) {
  const all = await entriesOf(proxy, input, workbench);
  const newest = all.slice(-input.limit).map((entry) => entry.line());
  const { from, to, truncated } = fitBudget(newest, budgetFor({ tail: input.limit }));
  const chosen = newest.slice(from, to);
  if (input.order === 'desc') chosen.reverse();
  const cursor = Math.max(input.after ?? 0, ...all.map(({ id }) => id));
  const { dropped } = proxy.log.totals();
  const facts = { lines: chosen.length, total: all.length, dropped, truncated, cursor };
  const note = input.types?.includes('mutation') ? await recordChangesOf([proxy]) : null;
  const lines = chosen.map(escapeClosing);
  return {
    kind: 'text' as const,
    text: [...lines, ...(note === null ? [] : [note]), closingLine(facts)].join('\n'),
    facts,
  };
}

/** The newest `limit` entries as `query` tells them. */
export async function newestOf(proxy: ManagedProxy, limit: number, workbench: Workbench): Promise<string> {
  const { text } = await query(proxy, logSchema.parse({ action: 'query', limit }), workbench);
  return text;
}

/** Throws `invalid_argument` for what is no id of an exchange, `not_found` for one that is not there. */
function exchangeNamed(proxy: ManagedProxy, given: string | undefined, parameter: string): Exchange {
  const id = Number(/^req_(\d{1,10})$/.exec(given ?? '')?.[1] ?? Number.NaN);
  if (given === undefined || Number.isNaN(id)) {
    const said = given === undefined ? `${parameter} is missing` : `${parameter}=${given.slice(0, 80)} is no request`;
    throw new Fault('invalid_argument', said, 'Take an id such as req_142 from proxylog query.', { parameter });
  }
  const [exchange] = proxy.log.exchanges({ id }, proxy.startedAt);
  if (exchange === undefined) throw notThere(proxy, given, parameter);
  return exchange;
}

const notThere = (proxy: ManagedProxy, given: string, parameter: string): Fault =>
  new Fault(
    'not_found',
    `${parameter}=${given.slice(0, 80)} is not in the log of proxy ${proxy.id}`,
    'It may have been overwritten or cleared: proxylog query shows what there is.',
    { [parameter]: given.slice(0, 80) },
  );

const showing = (input: LogInput, workbench: Workbench) => (input.reveal ? (text: string) => text : workbench.redact);

/** An empty list asks for nothing in particular. */
const isGiven = <Item>(list: readonly Item[] | undefined): list is readonly Item[] => (list?.length ?? 0) > 0;

/** Types that are asked for; a filter that one type alone has excludes the others. */
function typesOf(input: LogInput): ReadonlySet<Type> {
  const isHttp = isGiven(input.methods) || isGiven(input.status_codes) || input.url_pattern !== undefined;
  const named = isGiven(input.types) ? input.types : isHttp ? (['http'] as const) : TYPES;
  return new Set(named.filter((type) => !isHttp || type === 'http'));
}

async function entriesOf(proxy: ManagedProxy, input: LogInput, workbench: Workbench): Promise<Entry[]> {
  const types = typesOf(input);
  const show = showing(input, workbench);
  const { iso } = workbench;
  const now = workbench.proxies.now();
  const span = spanOf(input, { now: workbench.proxies.now(), iso: workbench.iso });
  const entries: Entry[] = [];
  if (types.has('http')) {
    for (const exchange of await exchangesOf(proxy, input, workbench))
      entries.push({ id: exchange.id, micros: exchange.began, line: () => exchangeLine(exchange, now, iso, show) });
  }
  if (types.has('websocket') && input.page === undefined) {
    for (const message of proxy.log.messages(input.after))
      entries.push({ id: message.id, micros: message.micros, line: () => messageLine(message, iso, show) });
  }
  const kinds = pageKinds(types);
  if (kinds.length > 0) {
    const page = input.page === undefined ? {} : { page: pageNamed(proxy, input.page, 'page').number };
    for (const record of proxy.pageLog.records({
      kinds,
      after: Math.max(input.after ?? 0, proxy.log.cleared),
      ...page,
    }))
      entries.push({ id: record.id, micros: record.micros, line: () => pageEntryLine(record, iso, show) });
  }
  return entries.filter(({ micros }) => isWithin(span, micros)).sort((a, b) => a.micros - b.micros || a.id - b.id);
}

/** A failed fetch is an error of its page. */
function pageKinds(types: ReadonlySet<Type>): KeptKind[] {
  const kinds: readonly KeptKind[] = [
    'error',
    'console',
    'performance',
    'custom',
    'execution',
    'interaction',
    'mutation',
  ];
  const wanted = kinds.filter((kind) => types.has(kind as Type));
  return types.has('error') ? [...wanted, 'network'] : wanted;
}

async function exchangesOf(proxy: ManagedProxy, input: LogInput, workbench: Workbench): Promise<Exchange[]> {
  const status = statusFilter(input.status_codes);
  const filter = {
    ...(input.after === undefined ? {} : { after: input.after }),
    ...(status === null ? {} : { status }),
  };
  const span = spanOf(input, { now: workbench.proxies.now(), iso: workbench.iso });
  const methods = new Set(input.methods?.map((method) => method.toUpperCase()));
  const load = input.page === undefined ? null : pageNamed(proxy, input.page, 'page').facts.hello.load;
  const found = proxy.log
    .exchanges(filter, proxy.startedAt)
    .filter(
      ({ began, method, load: by }) =>
        isWithin(span, began) && (methods.size === 0 || methods.has(method)) && (load === null || by === load),
    );
  return input.url_pattern === undefined ? found : matching(found, input.url_pattern, workbench);
}

function statusFilter(codes: LogInput['status_codes']): ((status: number) => boolean) | null {
  if (!isGiven(codes)) return null;
  const wanted = codes.map(String);
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

function entryOf(proxy: ManagedProxy, input: LogInput, workbench: Workbench): Record<string, unknown> {
  const { entry_id: given } = input;
  if (given === undefined)
    throw new Fault('invalid_argument', 'entry_id is missing', 'Take one from proxylog query.', {
      parameter: 'entry_id',
    });
  const id = Number(/^[a-z]+_(\d{1,10})$/.exec(given)?.[1] ?? Number.NaN);
  const show = showing(input, workbench);
  if (given.startsWith('req_')) {
    const [exchange] = proxy.log.exchanges({ id }, proxy.startedAt);
    if (exchange !== undefined)
      return partOf(viewExchange(exchange, proxy.log, workbench.iso, show, pageOf(proxy, exchange.load)), input.part);
  }
  const message = proxy.log.messages().find((one) => messageId(one.id, one.kind) === given);
  if (message !== undefined) return viewMessage(message, workbench.iso, show);
  const record = proxy.pageLog.records({}).find((one) => one.id === id);
  if (record !== undefined) return viewPageEntry(record, workbench.iso, show);
  throw notThere(proxy, given, 'entry_id');
}

function partOf(view: ReturnType<typeof viewExchange>, part: LogInput['part']): Record<string, unknown> {
  const { id, type, method, url, status } = view;
  return part === 'all' ? view : { id, type, method, url, status, [part]: view[part] };
}

function pageOf(proxy: ManagedProxy, load: string): string | null {
  const page = load === '' ? undefined : proxy.pages.list().find(({ facts }) => facts.hello.load === load);
  return page === undefined ? null : `page_${page.number}`;
}
