/** `timeline`: process lines, exchanges, page errors and clicks side by side, on one clock. */
import * as z from 'zod';
import type { ManagedProcess } from '../process/managed-process.ts';
import { patternFault } from '../process/pattern-fault.ts';
import type { ManagedProxy } from '../proxy/managed-proxy.ts';
import { budgetFor, fitBudget } from '../text/budget.ts';
import { closingLine, escapeClosing } from '../text/envelope.ts';
import { Fault } from '../text/fault.ts';
import { assembleLines } from '../text/lines.ts';
import { redactLines } from '../text/redact.ts';
import { visibleLine } from '../text/visible.ts';
import { recordChangesOf } from './changes.ts';
import { exchangeLine, messageId, messageLine } from './exchange-view.ts';
import { entryId, pageEntryLine } from './page-entry.ts';
import { projectPath } from './project-path.ts';
import { defineTool } from './tool.ts';
import { isWithin, type Span, spanOf } from './when.ts';
import type { Workbench } from './workbench.ts';

const KINDS = [
  'output',
  'process',
  'http',
  'websocket',
  'error',
  'console',
  'performance',
  'interaction',
  'mutation',
  'custom',
] as const;
type Kind = (typeof KINDS)[number];

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

/** Something that happened; `text` without its time. */
interface Moment {
  readonly micros: number;
  readonly kind: Kind;
  readonly id: string;
  readonly text: string;
}

interface Chosen {
  readonly processes: readonly ManagedProcess[];
  readonly proxies: readonly ManagedProxy[];
}

export const timelineTool = defineTool({
  name: 'timeline',
  title: 'What happened',
  description:
    'Process lines, exchanges, WebSocket messages, page errors, console and clicks of a project on one clock, a line each. around: an entry id shows what happened beside it.',
  annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
  input: timelineSchema,
  async run(input, call, workbench) {
    const path = await projectPath(input.path, call.caller);
    const chosen = chosenOf(path, input, workbench);
    const note = input.kinds?.includes('mutation') ? await recordChangesOf(chosen.proxies) : null;
    const all = momentsOf(chosen, input, workbench);
    const span =
      input.around === undefined
        ? spanOf(input, { now: workbench.proxies.now(), iso: workbench.iso })
        : spanAround(all, input);
    const kinds = new Set<Kind>(input.kinds ?? KINDS);
    const within = all.filter(
      ({ micros, kind }) => kinds.has(kind) && isWithin(span, micros) && micros > (input.after ?? -1),
    );
    const found = input.grep === undefined ? within : await matching(within, input.grep, workbench);
    const sorted = found.sort((a, b) => a.micros - b.micros);
    const lines = sorted.slice(-input.limit).map((moment) => escapeClosing(lineOf(moment, workbench.iso)));
    const { from, to, truncated } = fitBudget(lines, budgetFor({ tail: input.limit }));
    const shown = lines.slice(from, to);
    const cursor = Math.max(input.after ?? 0, Math.floor(sorted.at(-1)?.micros ?? 0));
    const dropped = workbench.proxies.list(path).reduce((sum, proxy) => sum + proxy.log.totals().dropped, 0);
    const facts = { lines: shown.length, total: sorted.length, dropped, truncated, cursor };
    return { kind: 'text', text: [...shown, ...(note === null ? [] : [note]), closingLine(facts)].join('\n'), facts };
  },
});

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
};

const lineOf = ({ micros, kind, text }: Moment, iso: (micros: number) => string): string =>
  visibleLine(`${iso(micros).slice(11, 23)} ${SHORT[kind].padEnd(4)} ${text}`);

/** Those of the project, or the ones that were named. */
function chosenOf(path: string, input: TimelineInput, { processes, proxies }: Workbench): Chosen {
  const ofProcess = input.process_id === undefined ? null : processes.resolve(input.process_id, path);
  const ofProxy = input.proxy_id === undefined ? null : proxies.resolve(input.proxy_id, path);
  const isAll = ofProcess === null && ofProxy === null;
  return {
    processes: isAll ? processes.list(path, null) : ofProcess === null ? [] : [ofProcess],
    proxies: isAll ? proxies.list(path) : ofProxy === null ? [] : [ofProxy],
  };
}

function momentsOf({ processes, proxies }: Chosen, input: TimelineInput, workbench: Workbench): Moment[] {
  const show = input.reveal ? (text: string) => text : workbench.redact;
  return [
    ...processes.flatMap((process) => processMoments(process, show, input.reveal)),
    ...proxies.flatMap((proxy) => proxyMoments(proxy, show, workbench)),
  ];
}

function processMoments(process: ManagedProcess, show: (text: string) => string, reveal: boolean): Moment[] {
  const { pieces, dropped } = process.output.read('combined');
  const lines = assembleLines(pieces, { view: 'tidy', live: true, dropped: dropped > 0 });
  const safe = reveal ? lines : redactLines(lines, show);
  const moments: Moment[] = safe.map(({ micros, text, position }) => ({
    micros,
    kind: 'output',
    id: `${process.id}:${position}`,
    text: `${process.id} ${text}`,
  }));
  const { startedAt, endedAt, state, exitCode, exitSignal, pid } = process.snapshot();
  if (startedAt !== null)
    moments.push({ micros: startedAt, kind: 'process', id: process.id, text: `${process.id} started, pid ${pid}` });
  if (endedAt !== null)
    moments.push({
      micros: endedAt,
      kind: 'process',
      id: process.id,
      text: `${process.id} ${state}, ${exitSignal === null ? `exit code ${exitCode}` : `signal ${exitSignal}`}`,
    });
  return moments;
}

function proxyMoments(proxy: ManagedProxy, show: (text: string) => string, workbench: Workbench): Moment[] {
  const { iso } = workbench;
  const now = workbench.proxies.now();
  // Its own time is the line's first word here.
  const bare = (line: string): string => line.replace(/ \d\d:\d\d:\d\d\.\d{3}/, '');
  const exchanges = proxy.log.exchanges({}, proxy.startedAt).map(
    (exchange): Moment => ({
      micros: exchange.began,
      kind: 'http',
      id: `req_${exchange.id}`,
      text: bare(exchangeLine(exchange, now, iso, show)),
    }),
  );
  const messages = proxy.log.messages().map(
    (message): Moment => ({
      micros: message.micros,
      kind: 'websocket',
      id: messageId(message.id, message.kind),
      text: bare(messageLine(message, iso, show)),
    }),
  );
  const entries = proxy.pageLog.records({ after: proxy.log.cleared }).map(
    (record): Moment => ({
      micros: record.micros,
      kind: record.kind === 'network' ? 'error' : record.kind,
      id: entryId(record),
      text: bare(pageEntryLine(record, iso, show)),
    }),
  );
  return [...exchanges, ...messages, ...entries];
}

function spanAround(all: readonly Moment[], { around = '', window_ms }: TimelineInput): Span {
  const centre = all.find(({ id }) => id === around);
  if (centre === undefined)
    throw new Fault(
      'not_found',
      `around=${around.slice(0, 80)} is no entry of this project`,
      'Take an id from timeline, errors or proxylog.',
      { around: around.slice(0, 80) },
    );
  return { from: centre.micros - window_ms * 1_000, to: centre.micros + window_ms * 1_000 };
}

async function matching(moments: readonly Moment[], pattern: string, workbench: Workbench): Promise<Moment[]> {
  const tested = await workbench.patterns.test(
    pattern,
    moments.map(({ text }) => text),
  );
  if (tested.kind !== 'tested') throw patternFault(tested);
  return moments.filter((_, at) => tested.matches[at]);
}
