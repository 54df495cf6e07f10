/** `errors`: one inbox of what is wrong in a project: in output, on pages, in traffic, and what has crashed. */
import { relative } from 'node:path';
import * as z from 'zod';
import type { ManagedProcess } from '../process/managed-process.ts';
import type { ManagedProxy } from '../proxy/managed-proxy.ts';
import { groupPageErrors } from '../proxy/page-errors.ts';
import { budgetFor, fitBudget } from '../text/budget.ts';
import { closingLine, escapeClosing } from '../text/envelope.ts';
import { assembleLines } from '../text/lines.ts';
import { visibleLine } from '../text/visible.ts';
import { type Fault, type Grouped, groupFaults } from '../timeline/inbox.ts';
import { createOutputErrors, type OutputError } from '../timeline/output-errors.ts';
import { placeOf } from './page-view.ts';
import { projectPath } from './project-path.ts';
import { defineTool } from './tool.ts';
import type { Workbench } from './workbench.ts';

const ERROR_KINDS = ['error', 'network', 'console'] as const;

export const errorsTool = defineTool({
  name: 'errors',
  title: 'What is wrong',
  description:
    'One inbox, grouped, the newest last: compile and runtime errors in output, errors of open pages (mapped to source), failed requests, crashes; with the ids to look at next. after: cursor, only what is new.',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  input: z.strictObject({
    path: z.string().optional(),
    after: z.int().min(0).optional().describe('cursor: only what came about later'),
    severity: z.enum(['error', 'warning']).optional().describe('error: leaves out warnings, such as 4xx'),
    source: z.enum(['output', 'page', 'http', 'crash']).optional(),
    limit: z.int().min(1).max(200).default(20),
    reveal: z.boolean().default(false),
  }),
  async run(input, call, workbench) {
    const path = await projectPath(input.path, call.caller);
    const faults = await faultsOf(path, workbench);
    const all = groupFaults(faults).filter(
      ({ source, severity, last }) =>
        (input.source === undefined || source === input.source) &&
        (input.severity !== 'error' || severity === 'error') &&
        last > (input.after ?? -1),
    );
    const show = input.reveal ? (text: string) => text : workbench.redact;
    const lines = all.slice(-input.limit).map((fault) => escapeClosing(faultLine(fault, workbench.iso, show)));
    const { from, to, truncated } = fitBudget(lines, budgetFor({ tail: input.limit }));
    const shown = lines.slice(from, to);
    const cursor = Math.max(input.after ?? 0, ...all.map(({ last }) => Math.ceil(last)));
    const facts = { lines: shown.length, total: all.length, dropped: 0, truncated, cursor };
    return { kind: 'text', text: [...shown, closingLine(facts)].join('\n'), facts };
  },
});

/** `error ×3 page TypeError: … src/catalogue.ts:14:57 ← GET /api/recommendations 500 (req_8) [err_12] 12:00:01` */
function faultLine(fault: Grouped, iso: (micros: number) => string, show: (text: string) => string): string {
  const { severity, source, message, at, count, last, ids, cause } = fault;
  const words = [
    severity,
    ...(count > 1 ? [`×${count}`] : []),
    source,
    show(message).replace(/\s+/g, ' ').slice(0, 300),
    ...(at === null ? [] : [at]),
    ...(cause === null ? [] : [`← ${show(cause.message)} (${cause.ids.at(-1) ?? ''})`]),
    `[${ids.at(-1) ?? ''}]`,
    iso(last).slice(11, 19),
  ];
  return visibleLine(words.join(' '));
}

async function faultsOf(path: string, workbench: Workbench): Promise<Fault[]> {
  const processes = workbench.processes.list(path, null);
  const proxies = workbench.proxies.list(path);
  const pages = await Promise.all(proxies.map((proxy) => pageFaults(proxy, workbench)));
  return [
    ...processes.flatMap((process) => [...outputFaults(process, path), ...crashOf(process)]),
    ...proxies.flatMap(requestFaults),
    ...pages.flat(),
  ];
}

function outputFaults(process: ManagedProcess, path: string): Fault[] {
  const { pieces, dropped } = process.output.read('combined');
  const errors = createOutputErrors();
  for (const line of assembleLines(pieces, { view: 'tidy', live: false, dropped: dropped > 0 }))
    errors.feed(line.text, line.micros);
  return errors.errors().map((error) => ({
    source: 'output',
    severity: 'error',
    message: error.message,
    at: outputPlace(error, path),
    count: 1,
    first: error.micros,
    last: error.micros,
    ids: [process.id],
    behind: '',
    url: '',
  }));
}

function outputPlace({ file, line, column }: OutputError, path: string): string | null {
  if (file === null) return null;
  const short = file.startsWith(`${path}/`) ? relative(path, file) : file.replace(/^\.\//, '');
  return [short, ...(line === null ? [] : [line]), ...(column === null ? [] : [column])].join(':');
}

/** A process that failed by itself; what was stopped is no crash. */
function crashOf(process: ManagedProcess): Fault[] {
  const { state, exitCode, exitSignal, endedAt, endedBy } = process.snapshot();
  if (state !== 'failed' || endedAt === null || endedBy === 'timeout') return [];
  const how = exitSignal === null ? `exit code ${exitCode ?? '?'}` : `signal ${exitSignal}`;
  const message = `${process.id} (${process.request.spec.display}) has crashed: ${how}`;
  return [
    {
      source: 'crash',
      severity: 'error',
      message,
      at: null,
      count: 1,
      first: endedAt,
      last: endedAt,
      ids: [process.id],
      behind: '',
      url: '',
    },
  ];
}

function requestFaults(proxy: ManagedProxy): Fault[] {
  return proxy.log
    .exchanges({}, proxy.startedAt)
    .filter(
      ({ status, outcome }) =>
        status >= 400 || outcome === 'upstream_aborted' || outcome === 'unreachable' || outcome === 'timeout',
    )
    .map(({ id, method, target, status, began, ended }) => ({
      source: 'http',
      severity: status >= 500 || status === 0 ? 'error' : 'warning',
      message: `${method} ${target.split('?', 1)[0] ?? ''} ${status}`,
      at: null,
      count: 1,
      // What follows from it comes after its end.
      first: ended ?? began,
      last: ended ?? began,
      ids: [`req_${id}`],
      behind: '',
      url: target.split('?', 1)[0] ?? '',
    }));
}

async function pageFaults(proxy: ManagedProxy, workbench: Workbench): Promise<Fault[]> {
  const records = proxy.pageLog.records({ kinds: ERROR_KINDS, after: proxy.log.cleared });
  const groups = await groupPageErrors(records, workbench.sourceMaps(proxy));
  return groups.map(({ message, count, first, last, frame }) => ({
    source: 'page',
    severity: 'error',
    message,
    at: frame === null ? null : placeOf(frame),
    count,
    first: first.micros,
    last: last.micros,
    ids: [`err_${last.id}`],
    behind: String(last.facts['behind'] ?? ''),
    url: last.facts['source'] === 'resource' ? String(last.facts['url'] ?? '') : '',
  }));
}
