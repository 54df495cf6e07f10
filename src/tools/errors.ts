/** `errors`: one inbox of what is wrong in a project: in output, on pages, in traffic, and what has crashed. */
import * as z from 'zod';
import { budgetFor, fitBudget } from '../text/budget.ts';
import { closingLine, escapeClosing } from '../text/envelope.ts';
import { visibleLine } from '../text/visible.ts';
import { type Grouped, groupFaults } from '../timeline/inbox.ts';
import { SETTLED_MICROS } from './cursors.ts';
import { faultsOf } from './faults.ts';
import { nothingFits } from './nothing-fits.ts';
import { knownPath } from './project-path.ts';
import { defineTool } from './tool.ts';

const LONGEST_MESSAGE = 300;
/** As Chromium and Firefox say it. */
const IMPORT_FAILED = /^TypeError: (?:Failed to fetch|error loading) dynamically imported module$/;

export const errorsTool = defineTool({
  name: 'errors',
  title: 'What is wrong',
  description:
    'One inbox, grouped, the newest last: compile and runtime errors in output, errors of open pages (mapped to source), failed and slow requests, crashes; ← tells what each followed from, with the ids to look at next. after: cursor, only what is new.',
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
    const path = await knownPath(input.path, call.caller, workbench);
    const { cursors, proxies } = workbench;
    // What comes while the sources are read is for the next cursor.
    const asOf = workbench.processes.settled();
    // A watermark may fall back behind a cursor that was given out.
    const after = input.after === undefined ? 0 : cursors.placeOf(input.after, proxies.now());
    const isNews = after === 0 || (await faultsOf(path, workbench, after, asOf)).length > 0;
    // What is new is told with how often it has come about before, and what it followed from.
    const faults = isNews ? (await faultsOf(path, workbench, 0, asOf)).filter(({ heard }) => heard <= asOf) : [];
    const all = groupFaults(
      faults,
      ({ source, severity, heard }) =>
        (input.source === undefined || source === input.source) &&
        (input.severity !== 'error' || severity === 'error') &&
        heard > after,
    );
    const show = input.reveal ? (text: string) => text : workbench.redact;
    const lines = faultLines(all.slice(-input.limit), workbench.iso, show);
    const { from, to, truncated } = fitBudget(lines, budgetFor({ tail: input.limit }));
    const shown = lines.slice(from, to);
    // Where nothing is wrong a follower goes on all the same, and has what it has seen read but once.
    const newest = Math.max(after, Math.floor(asOf - SETTLED_MICROS), ...all.map(({ heard }) => Math.ceil(heard)));
    const dropped = proxies.list(path).reduce((sum, proxy) => sum + proxy.log.totals().dropped, 0);
    const facts = { lines: shown.length, total: all.length, dropped, truncated, cursor: cursors.of(newest) };
    const { severity, source } = input;
    const nothing =
      lines.length === 0 && after === 0 ? nothingFits(groupFaults(faults).length, { severity, source }) : null;
    return {
      kind: 'text',
      text: [...shown, ...(nothing === null ? [] : [nothing]), closingLine(facts)].join('\n'),
      facts,
    };
  },
});

type Show = (text: string) => string;

/** What stands behind several is said in full with the first of them, and by its id with the others. */
function faultLines(faults: readonly Grouped[], iso: (micros: number) => string, show: Show): string[] {
  const told = new Set<string>();
  return faults.map((fault) => escapeClosing(faultLine(fault, iso, show, told)));
}

/** `error ×3 page TypeError: … src/catalogue.ts:14:57 ← GET /api/recommendations 500 (req_8) [err_12] 12:00:01` */
function faultLine(fault: Grouped, iso: (micros: number) => string, show: Show, told: Set<string>): string {
  const { severity, source, count, last, ids } = fault;
  const words = [
    severity,
    ...(count > 1 ? [`×${count}`] : []),
    source,
    saying(fault, show),
    ...causes(fault, show, told),
    `[${ids.at(-1) ?? ''}]`,
    iso(last).slice(11, 19),
  ];
  return visibleLine(words.join(' '));
}

/** Of a resource the address stands in the request behind it already; of that request, the place is where the page's fault is. */
function saying({ message, detail, at, url, cause }: Grouped, show: Show): string {
  const isTold = cause !== null && url !== '' && message.endsWith(`: ${url}`);
  const said = isTold ? message.slice(0, -url.length - 2).replace(IMPORT_FAILED, 'import failed') : message;
  const words = [show(said).replace(/\s+/g, ' ').slice(0, LONGEST_MESSAGE), show(detail), at ?? ''];
  return words.filter((word) => word !== '').join(' ');
}

/** Without what the line has said of `fault` already. */
function causes({ message, at, cause }: Grouped, show: Show, told: Set<string>): string[] {
  if (cause === null) return [];
  const id = cause.ids.at(-1) ?? '';
  const key = `${id} ${cause.message}`;
  if (told.has(key)) return [`← ${id}`];
  told.add(key);
  const isPlaced = cause.source !== 'http' && cause.at !== at;
  // What stands behind `: ` there may be said here, with or without words of the page's in front.
  const reason = cause.message
    .split(': ')
    .findIndex((_, at, all) => at > 0 && message.endsWith(all.slice(at).join(': ')));
  const words = reason < 0 ? cause.message : cause.message.split(': ').slice(0, reason).join(': ');
  const said = saying({ ...cause, message: words, at: isPlaced ? cause.at : null }, show);
  // A process that has crashed begins its sentence with its id.
  const named = said.startsWith(`${id} `) ? said : `${said} (${id})`;
  return [`← ${named}`, ...causes(cause, show, told)];
}
