/** `proxylog`: what has passed through a proxy, and what its pages have told. */
import * as z from 'zod';
import type { ManagedProxy } from '../proxy/managed-proxy.ts';
import type { Exchange } from '../proxy/recorded-exchange.ts';
import { budgetFor, fitBudget } from '../text/budget.ts';
import { closingLine, escapeClosing } from '../text/envelope.ts';
import { Fault } from '../text/fault.ts';
import { recordChangesOf } from './changes.ts';
import { exchangesDiff } from './exchange-diff.ts';
import { messageId, viewExchange, viewMessage } from './exchange-view.ts';
import { harOf } from './har.ts';
import { entriesOf, exchangesOf, LOG_TYPES } from './log-entries.ts';
import { nothingFits } from './nothing-fits.ts';
import { viewPageEntry } from './page-entry.ts';
import { oneProxy } from './proxy-named.ts';
import { replay } from './replay.ts';
import { type Call, defineTool, type ToolResult } from './tool.ts';
import { statsOf, summaryOf } from './traffic-summary.ts';
import type { Workbench } from './workbench.ts';

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
  types: z.array(z.enum(LOG_TYPES)).optional().describe('default: all; http when filtered by method, status or URL'),
  methods: z.array(z.string().regex(/^[A-Za-z]+$/)).optional(),
  status_codes: z
    .array(
      z.union([
        z.int().min(100).max(599),
        z.string().regex(/^[1-5](?:xx|\d\d)$/i, 'must be a status such as 500, or "5xx"'),
      ]),
    )
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
    const { cursors, proxies } = workbench;
    const after = input.after === undefined ? undefined : cursors.placeOf(input.after, proxies.lastEntry());
    return HANDLERS[input.action](proxy, { ...input, after }, workbench, call);
  },
});

type Handler = (proxy: ManagedProxy, input: LogInput, workbench: Workbench, call: Call) => Promise<ToolResult>;

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
  const { entries: all, older } = await entriesOf(proxy, input, showing(input, workbench), workbench);
  const newest = all.slice(-input.limit).map((entry) => entry.line());
  const { from, to, truncated } = fitBudget(newest, budgetFor({ tail: input.limit }));
  const chosen = newest.slice(from, to);
  if (input.order === 'desc') chosen.reverse();
  const cursor = workbench.cursors.of(Math.max(input.after ?? 0, ...all.map(({ id }) => id)));
  const { dropped } = proxy.log.totals();
  const facts = { lines: chosen.length, total: all.length + older, dropped, truncated, cursor };
  const notes = [
    input.types?.includes('mutation') ? await recordChangesOf([proxy]) : null,
    facts.total === 0 && input.after === undefined ? await nothing(proxy, input, workbench) : null,
  ];
  const lines = [...chosen.map(escapeClosing), ...notes.filter((note) => note !== null)];
  return { kind: 'text' as const, text: [...lines, closingLine(facts)].join('\n'), facts };
}

async function nothing(proxy: ManagedProxy, input: LogInput, workbench: Workbench): Promise<string | null> {
  const { types, methods, status_codes, url_pattern, since, until, page } = input;
  const { entries, older } = await entriesOf(proxy, { limit: 1 }, (text) => text, workbench);
  return nothingFits(entries.length + older, { types, methods, status_codes, url_pattern, since, until, page });
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
