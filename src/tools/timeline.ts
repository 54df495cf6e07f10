/** `timeline`: process lines, exchanges, page errors and clicks side by side, on one clock. */
import * as z from 'zod';
import { budgetFor, fitBudget } from '../text/budget.ts';
import { closingLine, escapeClosing } from '../text/envelope.ts';
import { Fault } from '../text/fault.ts';
import { visibleLine } from '../text/visible.ts';
import { shown } from './arguments.ts';
import { recordChangesOf } from './changes.ts';
import { matchesOf } from './matches.ts';
import { KINDS, type Kind, type Moment, momentsOf, type Watched } from './moments.ts';
import { nothingFits } from './nothing-fits.ts';
import { knownPath } from './project-path.ts';
import { defineTool } from './tool.ts';
import { isWithin, type Span, spanOf } from './when.ts';
import type { Workbench } from './workbench.ts';

const timelineSchema = z.strictObject({
  path: z.string().optional(),
  process_id: z.string().optional().describe('of this process alone'),
  proxy_id: z.string().optional().describe('of this proxy alone'),
  since: z.string().optional().describe('ISO 8601, or 30s, 5m ago'),
  until: z.string().optional(),
  around: z.string().optional().describe('an entry id, such as req_142: what happened beside it'),
  window_ms: z.int().min(1).max(3_600_000).default(5_000).describe('around: before and after'),
  after: z.int().min(0).optional().describe('cursor: only what came later'),
  kinds: z.array(z.enum(KINDS)).optional(),
  grep: z.string().min(1).optional().describe('regular expression'),
  limit: z.int().min(1).max(1_000).default(40).describe('the newest so many'),
  reveal: z.boolean().default(false),
});

type TimelineInput = z.output<typeof timelineSchema>;

/** What is named is looked for among all. */
const EVERY: ReadonlySet<Kind> = new Set(KINDS);

export const timelineTool = defineTool({
  name: 'timeline',
  title: 'What happened',
  description:
    'Process lines, exchanges, WebSocket messages, page errors, console and clicks of a project on one clock, a line each. around: an entry id shows what happened beside it.',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  input: timelineSchema,
  async run(input, call, workbench) {
    const path = await knownPath(input.path, call.caller, workbench);
    const chosen = chosenOf(path, input, workbench);
    const { cursors } = workbench;
    // What comes while the sources are read, one after the other, is for the next cursor: of one source it would be seen, of another missed.
    const asOf = workbench.processes.settled();
    // A watermark may fall back behind a cursor that was given out.
    const after = input.after === undefined ? 0 : cursors.placeOf(input.after, workbench.proxies.now());
    const note = input.kinds?.includes('mutation') ? await recordChangesOf(chosen.proxies) : null;
    const kinds = new Set<Kind>(input.kinds?.length ? input.kinds : KINDS);
    // What is around an entry may be told behind a cursor that the entry itself lies before.
    const [wanted, later] = input.around === undefined ? [kinds, after] : [EVERY, 0];
    const all = momentsOf(chosen, wanted, later, input.reveal, workbench);
    const asked = spanOf(input, { now: asOf, iso: workbench.iso });
    const span = input.around === undefined ? asked : spanAround(all, input, asked, workbench);
    const within = all.filter(
      ({ micros, heard, kind }) => kinds.has(kind) && isWithin(span, micros) && heard > after && heard <= asOf,
    );
    const found = input.grep === undefined ? within : await matching(within, input.grep, workbench);
    const sorted = found.sort((a, b) => a.micros - b.micros);
    const lines = sorted.slice(-input.limit).map((moment) => escapeClosing(lineOf(moment, workbench.iso)));
    const { from, to, truncated } = fitBudget(lines, budgetFor({ tail: input.limit }));
    const chosenLines = lines.slice(from, to);
    const newest = sorted.reduce((most, { heard }) => Math.max(most, Math.ceil(heard)), after);
    const dropped = chosen.proxies.reduce((sum, proxy) => sum + proxy.log.totals().dropped, 0);
    const facts = { lines: chosenLines.length, total: sorted.length, dropped, truncated, cursor: cursors.of(newest) };
    const notes = [note, lines.length === 0 ? nothing(chosen, input, workbench) : null];
    const said = notes.filter((one) => one !== null);
    return { kind: 'text', text: [...chosenLines, ...said, closingLine(facts)].join('\n'), facts };
  },
});

/** To who asks after a cursor, no news are no surprise. */
function nothing(chosen: Watched, input: TimelineInput, workbench: Workbench): string | null {
  if (input.after !== undefined) return null;
  const { kinds, grep, since, until, around } = input;
  const window_ms = around === undefined ? undefined : input.window_ms;
  const { length } = momentsOf(chosen, EVERY, 0, true, workbench);
  return nothingFits(length, { kinds, grep, since, until, around, window_ms });
}

const SHORT: Readonly<Record<Kind, string>> = {
  output: 'out',
  process: 'proc',
  http: 'http',
  websocket: 'ws',
  error: 'err',
  console: 'log',
  performance: 'perf',
  interaction: 'act',
  mutation: 'mut',
  custom: 'cus',
  execution: 'run',
};

const lineOf = ({ micros, kind, text }: Moment, iso: (micros: number) => string): string =>
  visibleLine(`${iso(micros).slice(11, 23)} ${SHORT[kind].padEnd(4)} ${text()}`);

/** Those of the project, or the ones that were named. */
function chosenOf(path: string, input: TimelineInput, { processes, proxies }: Workbench): Watched {
  const ofProcess = input.process_id === undefined ? null : processes.resolve(input.process_id, path);
  const ofProxy = input.proxy_id === undefined ? null : proxies.resolve(input.proxy_id, path);
  const isAll = ofProcess === null && ofProxy === null;
  return {
    processes: isAll ? processes.list(path, null) : ofProcess === null ? [] : [ofProcess],
    proxies: isAll ? proxies.list(path) : ofProxy === null ? [] : [ofProxy],
  };
}

/** Of `asked`, the part that is so near to the entry. */
function spanAround(
  all: readonly Moment[],
  { around = '', window_ms }: TimelineInput,
  asked: Span,
  { proxies }: Workbench,
): Span {
  const centre = all.find(({ id }) => id === around);
  if (centre === undefined) {
    // Ids come from one counter.
    const wasGiven = Number(/_(\d{1,10})$/.exec(around)?.[1] ?? Number.NaN) <= proxies.lastEntry();
    throw new Fault(
      'not_found',
      wasGiven
        ? `around=${shown(around)} is not there any more: it was cleared or has made room, if it was of this project`
        : `around=${shown(around)} is no entry of this project`,
      'Take an id from timeline, errors or proxylog, or give since and until.',
      { around: around.slice(0, 80) },
    );
  }
  const [from, to] = [centre.micros - window_ms * 1_000, centre.micros + window_ms * 1_000];
  return { from: Math.max(from, asked.from), to: Math.min(to, asked.to) };
}

async function matching(moments: readonly Moment[], pattern: string, workbench: Workbench): Promise<Moment[]> {
  const texts = moments.map(({ text }) => text());
  const matches = await matchesOf(pattern, texts, workbench);
  return moments.filter((_, at) => matches[at]);
}
