/** What happened in a project, from each of its sources, as moments on one clock. */
import type { ManagedProcess } from '../process/managed-process.ts';
import type { ManagedProxy } from '../proxy/managed-proxy.ts';
import type { PageRecord } from '../proxy/page-log.ts';
import { assembleLines, type Piece } from '../text/lines.ts';
import { redactLines } from '../text/redact.ts';
import { exchangeLine, messageId, messageLine } from './exchange-view.ts';
import { entryId, pageEntryLine } from './page-entry.ts';
import type { Workbench } from './workbench.ts';

export const KINDS = [
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
  'execution',
] as const;
export type Kind = (typeof KINDS)[number];

/** Something that happened. */
export interface Moment {
  readonly micros: number;
  /** When there was the latest news of it: an exchange ends, a page may tell late. */
  readonly heard: number;
  readonly kind: Kind;
  readonly id: string;
  /** Without its time. Made when it is asked for: of thousands a few are shown. */
  text(): string;
}

export interface Watched {
  readonly processes: readonly ManagedProcess[];
  readonly proxies: readonly ManagedProxy[];
}

/** Of those kinds, all that were heard of after `after` and some that were not; unsorted. */
export function momentsOf(
  { processes, proxies }: Watched,
  kinds: ReadonlySet<Kind>,
  after: number,
  reveal: boolean,
  workbench: Workbench,
): Moment[] {
  const show = reveal ? (text: string) => text : workbench.redact;
  return [
    ...processes.flatMap((process) => [
      ...(kinds.has('output') ? outputMoments(process, after, show, reveal) : []),
      ...(kinds.has('process') ? processMoments(process) : []),
    ]),
    ...proxies.flatMap((proxy) => proxyMoments(proxy, kinds, after, show, workbench)),
  ];
}

function outputMoments(
  process: ManagedProcess,
  after: number,
  show: (text: string) => string,
  reveal: boolean,
): Moment[] {
  const { pieces, dropped } = process.output.read('combined');
  if (!hasLater(pieces, after)) return [];
  const lines = assembleLines(pieces, { view: 'tidy', live: true, dropped: dropped > 0 });
  const safe = reveal ? lines : redactLines(lines, show);
  // What is blank is there to space out a terminal.
  const said = safe.filter(({ text }) => text.trim() !== '');
  return said.map((line) => ({
    micros: line.micros,
    heard: line.heard,
    kind: 'output',
    id: `${process.id}:${line.position}`,
    text: () => `${process.id} ${line.text}`,
  }));
}

/** Its lines are whole where they are told: a text that goes on, or a secret, may have begun before. */
const hasLater = (pieces: readonly Piece[], after: number): boolean => pieces.some(({ micros }) => micros > after);

/** Of its latest run. */
function processMoments(process: ManagedProcess): Moment[] {
  const { startedAt, readyAt, endedAt, state, pid } = process.snapshot();
  const { id } = process;
  const at = (micros: number | null, text: string): Moment[] =>
    micros === null ? [] : [{ micros, heard: micros, kind: 'process', id, text: () => `${id} ${text}` }];
  return [
    ...at(startedAt, `started, pid ${pid}`),
    ...at(readyAt, ['ready', ...process.facts.urls].join(' ')),
    ...at(endedAt, `${state}, ${process.endText()}`),
  ];
}

function proxyMoments(
  proxy: ManagedProxy,
  kinds: ReadonlySet<Kind>,
  after: number,
  show: (text: string) => string,
  workbench: Workbench,
): Moment[] {
  const { iso } = workbench;
  const now = workbench.proxies.now();
  // Its own time is the line's first word here.
  const bare = (line: string): string => line.replace(/ \d\d:\d\d:\d\d\.\d{3}/, '');
  const exchanges = (kinds.has('http') ? proxy.log.exchanges({ heardAfter: after }, proxy.startedAt) : []).map(
    (exchange): Moment => ({
      micros: exchange.began,
      heard: exchange.ended ?? exchange.began,
      kind: 'http',
      id: `req_${exchange.id}`,
      text: () => bare(exchangeLine(exchange, now, iso, show, proxy.log)),
    }),
  );
  const messages = (kinds.has('websocket') ? proxy.log.messages(0, after) : []).map(
    (message): Moment => ({
      micros: message.micros,
      heard: message.micros,
      kind: 'websocket',
      id: messageId(message.id, message.kind),
      text: () => bare(messageLine(message, iso, show)),
    }),
  );
  const entries = proxy.pageLog
    .records({ after: proxy.log.cleared, heardAfter: after })
    .filter(isNews)
    .map(
      (record): Moment => ({
        micros: record.micros,
        heard: record.heard,
        kind: record.kind === 'network' ? 'error' : record.kind,
        id: entryId(record),
        text: () => bare(pageEntryLine(record, iso, show)),
      }),
    );
  return [...exchanges, ...messages, ...entries];
}

/** Where a request was asked for is told of the page; that it was made, and how it ended, stands there as an exchange. */
const isNews = ({ kind, facts }: PageRecord): boolean => kind !== 'performance' || facts['what'] !== 'request';
