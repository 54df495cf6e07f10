/** `currentpage`: the pages that people have open through a proxy. */
import * as z from 'zod';
import type { ManagedProxy } from '../proxy/managed-proxy.ts';
import { groupPageErrors, isHandling } from '../proxy/page-errors.ts';
import type { Page } from '../proxy/pages.ts';
import type { Exchange } from '../proxy/recorded-exchange.ts';
import { noPage } from './no-page.ts';
import { pageNamed } from './page-named.ts';
import { fitToShow } from './page-text.ts';
import { viewError, viewPage } from './page-view.ts';
import { oneProxy } from './proxy-named.ts';
import { ruleNotes } from './rule-notes.ts';
import { type Call, defineTool, type ToolResult } from './tool.ts';
import type { Workbench } from './workbench.ts';

const NAMED = ['proxy_id', 'path'] as const;
const ACTIONS = { list: NAMED, get: [...NAMED, 'session_id', 'reveal'], clear: NAMED } as const;
type Action = keyof typeof ACTIONS;
const ACTION_NAMES = Object.keys(ACTIONS) as [Action, ...Action[]];

/** Shown of a page; timeline has all. */
const MOST_INTERACTIONS = 20;
const MOST_ERRORS = 20;
const MOST_REQUESTS = 50;
/** Of one line: all together stay within what an answer may hold; proxylog get has the whole of each. */
const LONGEST_ERROR_LINE = 300;
const LONGEST_LINE = 200;
const ERROR_KINDS = ['error', 'network', 'console'] as const;

const pageSchema = z.strictObject({
  action: z.enum(ACTION_NAMES),
  proxy_id: z.string().optional().describe('default: the only proxy here'),
  path: z.string().optional(),
  session_id: z.string().optional().describe('get: a page’s id; default: the latest active one'),
  reveal: z.boolean().default(false),
});

type PageInput = z.output<typeof pageSchema>;
type Handler = (proxy: ManagedProxy, input: PageInput, workbench: Workbench) => Promise<ToolResult>;

export const currentpageTool = defineTool({
  name: 'currentpage',
  title: 'Pages',
  description:
    'Pages open in browsers through a proxy: list; get (one page: errors mapped to source, interactions, performance); clear (forgets closed ones).',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  actions: ACTIONS,
  input: pageSchema,
  run: async (input, call: Call, workbench) =>
    HANDLERS[input.action](await oneProxy(input.proxy_id, input.path, call, workbench), input, workbench),
});

const HANDLERS: Record<Action, Handler> = {
  async list(proxy, _input, workbench) {
    const pages = proxy.pages.list().map((page) => shown(page, proxy, workbench));
    return { kind: 'data', value: { pages, active_count: pages.filter(({ active }) => active).length } };
  },
  async get(proxy, input, workbench) {
    const page = pageOf(proxy, input.session_id);
    const redact = input.reveal ? (text: string) => text : workbench.redact;
    return { kind: 'data', value: { page: await wholePage(page, proxy, redact, workbench) } };
  },
  async clear(proxy) {
    const before = proxy.pages.list().length;
    proxy.pages.clear();
    return { kind: 'data', value: { cleared: before - proxy.pages.list().length } };
  },
};

/** All that is told of a page. */
export async function wholePage(
  page: Page,
  proxy: ManagedProxy,
  redact: (text: string) => string,
  workbench: Workbench,
): Promise<Record<string, unknown>> {
  const records = proxy.pageLog.records({ page: page.number, kinds: ERROR_KINDS });
  const groups = await groupPageErrors(records, workbench.sourceMaps(proxy));
  const interactions = proxy.pageLog
    .records({ page: page.number, kinds: ['interaction'] })
    .slice(-MOST_INTERACTIONS)
    .map(({ id, micros, facts }) => ({ entry_id: `act_${id}`, at: workbench.iso(micros), ...facts }));
  const errors = groups.slice(-MOST_ERRORS).map((group) => viewError(group, workbench.iso));
  return {
    ...shown(page, proxy, workbench, redact),
    resources: fitToShow(requestsOf(page, proxy).slice(-MOST_REQUESTS).map(viewRequest), redact, LONGEST_LINE),
    errors: fitToShow(errors, redact, LONGEST_ERROR_LINE),
    interactions: fitToShow(interactions, redact, LONGEST_LINE),
  };
}

function shown(page: Page, proxy: ManagedProxy, workbench: Workbench, show = workbench.redact) {
  const errors = proxy.pageLog
    .records({ page: page.number, kinds: ERROR_KINDS })
    .filter((record) => !isHandling(record) && (record.kind !== 'console' || record.facts['level'] === 'error')).length;
  const requests = requestsOf(page, proxy);
  const notes = ruleNotes(proxy, requests, workbench.proxies.now());
  return viewPage(page, { resources: requests.length, errors, notes }, workbench.iso, show);
}

/** Of its scripts: requests by tags do not say which load made them. */
const requestsOf = (page: Page, proxy: ManagedProxy): Exchange[] =>
  proxy.log.exchanges({}, proxy.startedAt).filter(({ load }) => load === page.facts.hello.load);

const viewRequest = ({ id, method, target, status, began, ended }: Exchange) => ({
  id: `req_${id}`,
  method,
  url: target,
  status,
  duration_ms: ended === null ? null : Math.round((ended - began) / 1_000),
});

/** Closed ones too: what was wrong on them is still there. */
function pageOf(proxy: ManagedProxy, id: string | undefined): Page {
  if (id !== undefined) return pageNamed(proxy, id, 'session_id');
  const page = proxy.pages.current() ?? proxy.pages.list().at(-1);
  if (page !== undefined) return page;
  throw noPage(proxy, 'no page has told anything yet');
}
