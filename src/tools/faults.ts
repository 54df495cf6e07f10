/** What is wrong in a project, from each of its sources: output, pages, traffic, and processes that have crashed. */
import { relative } from 'node:path';
import type { ManagedProcess } from '../process/managed-process.ts';
import { field } from '../proxy/fields.ts';
import type { ManagedProxy } from '../proxy/managed-proxy.ts';
import { groupPageErrors, type PageErrorGroup } from '../proxy/page-errors.ts';
import type { PageRecord } from '../proxy/page-log.ts';
import type { Exchange } from '../proxy/recorded-exchange.ts';
import type { MappedFrame, SourceMaps } from '../proxy/source-map.ts';
import { tidyStack } from '../proxy/stack.ts';
import { assembleLines } from '../text/lines.ts';
import type { Fault } from '../timeline/inbox.ts';
import { createOutputErrors, type OutputError } from '../timeline/output-errors.ts';
import { placeOfLine, whereNamed } from './named-in.ts';
import { placeOf } from './page-view.ts';
import { isRedirect, redirectLoops } from './redirect-loops.ts';
import type { Workbench } from './workbench.ts';

const ERROR_KINDS = ['error', 'network', 'console'] as const;
/** A person notices such a wait (Nielsen's limit for an uninterrupted flow of thought). */
const SLOW_MICROS = 1_000_000;
const LONGEST_NOTE = 200;
const NOBODY = ['unreachable', 'refused', 'upstream_aborted'];
/** Browsers tell a page no more than that it failed. */
const OTHER_ORIGIN = '(other origin: not reachable, or CORS)';
/** What a page says in the place of a method when an answer was no JSON. */
const READING = 'reading';
/** Of an import that failed, with the address that failed: Chromium, Firefox. */
const IMPORT_FAILED = /dynamically imported module: (\S+)$/;

/** Those of which something was heard after `after`; ungrouped, in no order. What waits has waited until `now`. */
export async function faultsOf(path: string, workbench: Workbench, after: number, now: number): Promise<Fault[]> {
  const processes = workbench.processes.list(path, null);
  const seen = await Promise.all(
    workbench.proxies.list(path).map((proxy) => proxyFaults(proxy, workbench, after, now)),
  );
  return [
    ...processes.flatMap((process) => [...outputFaults(process, path, after), ...crashOf(process)]),
    ...seen.flat(),
  ].filter(({ heard }) => heard > after);
}

/** Of requests and pages, those of which something was heard after `after`. */
export async function proxyFaults(
  proxy: ManagedProxy,
  workbench: Workbench,
  after: number,
  now: number,
): Promise<Fault[]> {
  return [...(await requestFaults(proxy, workbench, after, now)), ...(await pageFaults(proxy, workbench, after))];
}

type Facts = Pick<Fault, 'source' | 'message' | 'ids'> & Partial<Fault>;

/** One that has come about once, at `micros`. */
const faultAt = (micros: number, facts: Facts): Fault => ({
  severity: 'error',
  detail: '',
  at: null,
  count: 1,
  began: micros,
  first: micros,
  last: micros,
  heard: micros,
  behind: '',
  url: '',
  ...facts,
});

/** None where nothing was printed after `after`. */
export function outputFaults(process: ManagedProcess, path: string, after: number): Fault[] {
  const { pieces, dropped } = process.output.read('combined');
  if (!pieces.some(({ micros }) => micros > after)) return [];
  const errors = createOutputErrors();
  for (const line of assembleLines(pieces, { view: 'tidy', live: false, dropped: dropped > 0 }))
    errors.feed(line.text, line.micros, line.heard);
  return errors.errors().map((error) =>
    faultAt(error.micros, {
      source: 'output',
      message: error.message,
      at: outputPlace(error, path),
      ids: [process.id],
      heard: error.heard,
    }),
  );
}

function outputPlace({ file, line, column }: OutputError, path: string): string | null {
  if (file === null) return null;
  const short = file.startsWith(`${path}/`) ? relative(path, file) : file.replace(/^\.\//, '');
  return [short, ...(line === null ? [] : [line]), ...(column === null ? [] : [column])].join(':');
}

/** A process that failed by itself; what was stopped is no crash. */
function crashOf(process: ManagedProcess): Fault[] {
  const { state, endedAt, endedBy } = process.snapshot();
  if (state !== 'failed' || endedAt === null || endedBy === 'timeout') return [];
  const message = `${process.id} (${process.request.spec.display}) has crashed: ${process.endText()}`;
  return [faultAt(endedAt, { source: 'crash', message, ids: [process.id] })];
}

async function requestFaults(proxy: ManagedProxy, workbench: Workbench, after: number, now: number): Promise<Fault[]> {
  const exchanges = proxy.log.exchanges({ heardAfter: after }, proxy.startedAt);
  const faults = exchanges
    .flatMap((exchange) => failureOf(exchange, proxy) ?? slownessOf(exchange, proxy, now) ?? [])
    .filter(({ heard }) => heard > after);
  const loops = exchanges.some(isRedirect) ? loopsIn(proxy, after) : [];
  if (faults.length === 0) return loops;
  const places = askedFrom(proxy, workbench.sourceMaps(proxy));
  return [...(await Promise.all(faults.map(async (fault) => ({ ...fault, at: await places(fault) })))), ...loops];
}

/** A loop's earlier rounds may lie before `after`. */
const loopsIn = ({ log, startedAt }: ManagedProxy, after: number): Fault[] =>
  redirectLoops(log.exchanges({}, startedAt))
    .filter(({ micros }) => micros > after)
    .map(({ micros, ...facts }) => faultAt(micros, { source: 'http', ...facts }));

const pathOf = (target: string): string => target.split('?', 1)[0] ?? '';

function failureOf(exchange: Exchange, proxy: ManagedProxy): Fault | null {
  const { id, method, target, status, outcome, began, ended } = exchange;
  const isAlone = outcome !== null && NOBODY.includes(outcome);
  if (status < 400 && outcome !== 'timeout' && !isAlone) return null;
  const url = pathOf(target);
  // What follows from it comes after its end.
  return faultAt(ended ?? began, {
    source: 'http',
    severity: status >= 500 || status === 0 || outcome === 'upstream_aborted' ? 'error' : 'warning',
    message: `${method} ${url} ${status}`,
    detail: [byRules(exchange), isAlone ? noteOf(exchange) : ''].join(' ').trim(),
    began,
    ids: [`req_${id}`],
    behind: isAlone ? (proxy.request.processId ?? '') : '',
    url,
  });
}

/** Why the proxy answered in the target's place, or an answer was cut. */
const noteOf = ({ note }: Exchange): string =>
  note === '' ? '' : `(${note.replace(/^https?:\S+ /, '').slice(0, LONGEST_NOTE)})`;

/** Whoever injected it need not look for it in the code. */
const byRules = ({ rules }: Exchange): string => (rules === '' ? '' : `(rules: ${rules})`);

/** Asked for by a script; a dev server that compiles a module or a document for the first time is not meant. */
function slownessOf(exchange: Exchange, proxy: ManagedProxy, now: number): Fault | null {
  const { id, method, target, status, outcome, began, firstByte, ended } = exchange;
  const waited = (firstByte ?? ended ?? now) - began;
  // Nobody waits for what was lost with its worker.
  if (waited < SLOW_MICROS || outcome === 'lost') return null;
  if ((field(exchange.request, 'sec-fetch-dest') ?? 'empty') !== 'empty') return null;
  if (ended === null && isStreaming(exchange, proxy)) return null;
  const url = pathOf(target);
  return faultAt(firstByte ?? ended ?? now, {
    source: 'http',
    severity: 'warning',
    message: `slow ${method} ${url} ${firstByte === null ? 'without an answer' : status}`,
    detail: [`${(waited / 1_000_000).toFixed(1)} s`, byRules(exchange)].join(' ').trim(),
    began,
    ids: [`req_${id}`],
    url,
  });
}

/** Under way, and not for want of an answer: events may be far between, and other streams have begun to come. */
const isStreaming = ({ id, request }: Exchange, { log }: ManagedProxy): boolean =>
  /text\/event-stream/i.test(field(request, 'accept') ?? '') || log.body(id, 'response', 0).bytes.length > 0;

/** Where a request was made that failed or was slow, as the page itself has told. */
function askedFrom(proxy: ManagedProxy, maps: SourceMaps): (fault: Fault) => Promise<string | null> {
  const stacks = new Map<string, string>();
  for (const { facts } of proxy.pageLog.records({ kinds: ['performance'], after: proxy.log.cleared }))
    if (facts['what'] === 'request') stacks.set(`${facts['method']} ${facts['url']}`, String(facts['stack'] ?? ''));
  return async ({ message, url }) => {
    const method = /(\S+) \//.exec(message)?.[1] ?? '';
    const stack = await maps.mapStack(tidyStack(stacks.get(`${method} ${url}`) ?? ''));
    const own = stack.filter((frame) => frame.own);
    // A document's own scripts are told by its address, which may be any.
    const [inner, ...outer] = own.length > 0 ? own : stack;
    if (inner === undefined) return null;
    // A project's own wrapper of fetch is where all its requests are made: who called it says more.
    const caller = outer.find(({ file }) => file !== inner.file);
    return caller === undefined ? placeOf(inner) : `${placeOf(caller)} via ${placeOf(inner)}`;
  };
}

async function pageFaults(proxy: ManagedProxy, workbench: Workbench, after: number): Promise<Fault[]> {
  const records = proxy.pageLog.records({ kinds: ERROR_KINDS, after: proxy.log.cleared, heardAfter: after });
  const maps = workbench.sourceMaps(proxy);
  const groups = await groupPageErrors(records, maps);
  return Promise.all(groups.map((group) => pageFault(group, proxy, maps)));
}

async function pageFault(group: PageErrorGroup, proxy: ManagedProxy, maps: SourceMaps): Promise<Fault> {
  const { count, first, last, frame } = group;
  const own = new RegExp(`https?://(?:[\\w.-]*localhost|127\\.0\\.0\\.1|\\[::1\\]):${proxy.port}/`, 'g');
  const local = (text: string): string => text.replace(own, '/');
  const message = local(group.message);
  const isResource = last.facts['source'] === 'resource';
  const asked =
    isResource || last.kind === 'network'
      ? local(String(last.facts['url'] ?? ''))
      : (IMPORT_FAILED.exec(message)?.[1] ?? '');
  const named = isResource && asked.startsWith('/') ? await whereNamed(pathOf(asked), last.micros, proxy, maps) : null;
  return faultAt(last.micros, {
    source: 'page',
    // Many a page tries whether an answer is JSON, and goes on when it is none.
    severity: last.facts['method'] === READING || group.isHandled ? 'warning' : 'error',
    message,
    detail:
      named?.by ??
      misread(last, asked, proxy) ??
      (last.kind === 'network' && !asked.startsWith('/') ? OTHER_ORIGIN : ''),
    at: frame === null ? (named?.at ?? null) : await framePlace(frame, proxy),
    count,
    first: first.micros,
    heard: group.heard,
    ids: [`err_${last.id}`],
    behind: local(behindOf(last)),
    url: asked,
  });
}

/** `(req_15)`: the exchange whose answer was read as JSON and is none; null for what is no such fault. */
function misread({ facts, micros }: PageRecord, path: string, { log, startedAt }: ManagedProxy): string | null {
  if (facts['method'] !== READING) return null;
  const read = log.exchanges({}, startedAt).findLast(({ target, began }) => target === path && began <= micros);
  return read === undefined ? '' : `(req_${read.id})`;
}

/** Of an error that an answer has led to: that the answer could not be read; else what the page saw fail just before. */
function behindOf({ facts }: PageRecord): string {
  const given = facts['error'];
  const { answer, name, message }: Record<string, unknown> =
    typeof given === 'object' && given !== null ? { ...given } : facts;
  if (typeof answer !== 'string') return String(facts['behind'] ?? '');
  return `${READING} ${answer} failed: ${name}: ${message}`;
}

/** A frame without a file's name is one of the document's own scripts. */
async function framePlace(frame: MappedFrame, proxy: ManagedProxy): Promise<string> {
  const isDocument = frame.code === null && (frame.file === '/' || !/\.(?!html$)\w+$/.test(frame.file));
  const url = frame.file.startsWith('/') ? frame.file : `/${frame.file}`;
  return (isDocument ? await placeOfLine(url, frame, proxy) : null) ?? placeOf(frame);
}
