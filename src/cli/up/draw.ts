/** The live view as lines of a terminal. Pure: the same view and size are the same lines, none wider, none more than fit. */
import type { ProcessRow, ProxyRow, Size, View } from './view.ts';
import { cut, fill, plain, width } from './width.ts';

type Style = 'title' | 'dim' | 'good' | 'bad' | 'busy' | 'chosen' | 'none';

/** SGR parameters (ECMA-48 8.3.117). */
const SGR: Readonly<Record<Style, string>> = {
  title: '1',
  dim: '2',
  good: '32',
  bad: '31',
  busy: '33',
  chosen: '7',
  none: '',
};

interface Piece {
  readonly text: string;
  readonly style: Style;
}
type Line = readonly Piece[];

const piece = (text: string, style: Style = 'none'): Piece => ({ text: plain(text), style });

const KEYS = 'r restart · s stop · o open · e errors · ↑↓ choose · q quit';
const FEWEST_OUTPUT_ROWS = 3;
const MOST_ERROR_ROWS = 3;

/** Exactly `size.rows` lines. */
export function draw(view: View, size: Size, colour: boolean): string[] {
  const head = [titleLine(view, size), ...processTable(view, size), ...proxyTable(view, size)];
  const foot = footLines(view);
  const room = Math.max(0, size.rows - foot.length);
  const top = head.slice(0, Math.max(1, room - FEWEST_OUTPUT_ROWS));
  const body = bodyLines(view, room - top.length);
  const lines = [...top, ...body].slice(0, room);
  while (lines.length < room) lines.push([]);
  return [...lines, ...foot].slice(-size.rows).map((line) => painted(line, size.columns, colour));
}

function painted(line: Line, columns: number, colour: boolean): string {
  let room = columns;
  let text = '';
  for (const { text: words, style } of line) {
    const kept = cut(words, room);
    room -= width(kept);
    text += colour && style !== 'none' && kept !== '' ? `\x1b[${SGR[style]}m${kept}\x1b[0m` : kept;
  }
  return text;
}

function titleLine({ project, path, daemonBytes }: View, { columns }: Size): Line {
  const right = daemonBytes === null ? '' : ` daemon ${size(daemonBytes)}`;
  const left = columns - width(right);
  const name = cut(plain(project), left);
  return [
    piece(name, 'title'),
    piece(fill(` ${plain(path)}`, Math.max(0, left - width(name))), 'dim'),
    piece(right, 'dim'),
  ];
}

type Cell = Piece & { readonly isNumber?: boolean };

function processTable({ processes, selected }: View, screen: Size): Line[] {
  if (processes.length === 0) return [];
  const rows = processes.map((row, at) => processCells(row, at === selected && processes.length > 1));
  return table(['PROCESS', 'STATE', 'UPTIME', 'RESTARTS', 'MEMORY', 'URL'], rows, [3, 4, 2], screen);
}

function processCells({ id, state, uptimeMs, restarts, memoryBytes, url }: ProcessRow, isChosen: boolean): Cell[] {
  return [
    piece(id, isChosen ? 'chosen' : 'none'),
    piece(state, STATES[state] ?? 'busy'),
    { ...piece(state === 'stopped' || state === 'failed' ? '–' : duration(uptimeMs)), isNumber: true },
    { ...piece(String(restarts)), isNumber: true },
    { ...piece(memoryBytes === null ? '–' : size(memoryBytes)), isNumber: true },
    piece(url ?? ''),
  ];
}

const STATES: Readonly<Record<string, Style>> = { ready: 'good', running: 'good', stopped: 'dim', failed: 'bad' };

function proxyTable({ proxies }: View, screen: Size): Line[] {
  if (proxies.length === 0) return [];
  const titles = ['PROXY', 'REQUESTS', '/S', 'PAGES', 'OPEN'];
  return [[], ...table(titles, proxies.map(proxyCells), [3, 1], screen)];
}

function proxyCells({ id, url, target, state, requests, perSecond, pages }: ProxyRow): Cell[] {
  const where = state === 'running' ? `${url} → ${target}` : `${state}: ${url}`;
  return [
    piece(id),
    { ...piece(String(requests)), isNumber: true },
    { ...piece(perSecond.toFixed(1)), isNumber: true },
    { ...piece(String(pages)), isNumber: true },
    piece(where, state === 'running' ? 'none' : 'bad'),
  ];
}

const GAP = 2;

/** `spare`: columns that are left out, in that order, as long as the last one has less than a third of the screen. */
function table(
  titles: readonly string[],
  rows: readonly Cell[][],
  spare: readonly number[],
  { columns }: Size,
): Line[] {
  const all = titles.map((title, at) => Math.max(width(title), ...rows.map((row) => width(row[at]?.text ?? ''))));
  const shown = new Set(titles.keys());
  const used = () => [...shown].slice(0, -1).reduce((sum, at) => sum + (all[at] ?? 0) + GAP, 0);
  for (const at of spare) if (columns - used() < columns / 3) shown.delete(at);
  const places = [...shown];
  const line = (cells: readonly Cell[]): Line =>
    places.map((at, order) => {
      const { text = '', style = 'none', isNumber = false } = cells[at] ?? {};
      const room = all[at] ?? 0;
      if (order === places.length - 1) return { text, style };
      const padded = isNumber ? ' '.repeat(Math.max(0, room - width(text))) + text : fill(text, room);
      return { text: padded + ' '.repeat(GAP), style: style === 'chosen' ? 'chosen' : style };
    });
  const isNumber = (at: number) => rows[0]?.[at]?.isNumber ?? false;
  return [line(titles.map((title, at) => ({ ...piece(title, 'dim'), isNumber: isNumber(at) }))), ...rows.map(line)];
}

/** Errors, and the output below them; the newest stay when not all fit. */
function bodyLines(view: View, room: number): Line[] {
  if (room <= 0) return [];
  const { errors, showsErrors } = view;
  const title = [piece(`ERRORS ${errors.total}`, errors.total > 0 ? 'bad' : 'dim')];
  const lines = errors.lines.map((text): Line => [piece(text)]);
  if (showsErrors) return [[], title, ...lines.slice(-Math.max(0, room - 2))].slice(0, room);
  const few = lines.slice(-Math.min(MOST_ERROR_ROWS, Math.max(0, room - FEWEST_OUTPUT_ROWS - 3)));
  const head = room > FEWEST_OUTPUT_ROWS + 2 ? [[], title, ...few, []] : [];
  return [...head, ...outputLines(view, room - head.length)];
}

/** With its process's id where there are several. */
function outputLines({ output, processes }: View, room: number): Line[] {
  const isOne = processes.length <= 1;
  return output
    .slice(-Math.max(0, room))
    .map(({ id, text }) => (isOne ? [piece(text)] : [piece(`${id} `, 'dim'), piece(text)]));
}

const footLines = ({ notice }: View): Line[] => [
  ...(notice === '' ? [] : [[piece(notice, 'busy')]]),
  [piece(KEYS, 'dim')],
];

/** `1h 02m`, `3m 20s`, `45s`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  if (hours > 0) return `${hours}h ${two(minutes)}m`;
  return minutes > 0 ? `${minutes}m ${two(seconds % 60)}s` : `${seconds}s`;
}

export function size(bytes: number): string {
  const megabytes = bytes / 1e6;
  return megabytes < 1_000 ? `${Math.round(megabytes)} MB` : `${(megabytes / 1_000).toFixed(1)} GB`;
}
