/** What the bodies of two exchanges differ in: JSON by path, other text by lines, the rest by its bytes. Content codings are undone. */
import type { Exchange } from '../proxy/recorded-exchange.ts';
import { visibleLine } from '../text/visible.ts';
import { type Bodies, decodedBody, isReadable } from './exchange-view.ts';
import { type Json, type JsonChange, jsonDiff, parseJson, pathText } from './json-diff.ts';
import { lineDiff } from './line-diff.ts';

type Show = (text: string) => string;

export interface BodyDiff {
  readonly as: 'none' | 'json' | 'text' | 'bytes';
  readonly same: boolean;
  /** As they were sent: `a`, `b`. */
  readonly bytes: readonly [number, number];
  /** Changes there are; `lines` has the first of them. */
  readonly changes: number;
  readonly lines: readonly string[];
  /** Only the first part of one was kept: what follows is not compared. */
  readonly truncated: boolean;
  readonly note: string | null;
}

/** A body as far as it was kept. */
export interface Kept {
  readonly size: number;
  readonly bytes: Buffer;
  /** Null for what is no text. */
  readonly text: string | null;
  readonly isWhole: boolean;
}

const MOST_LINES = 40;
const LONGEST_VALUE = 160;

export function bodyDiff(a: Exchange, b: Exchange, of: 'request' | 'response', log: Bodies, show: Show): BodyDiff {
  return keptDiff(keptOf(a, of, log), keptOf(b, of, log), show);
}

export function keptOf(exchange: Exchange, of: 'request' | 'response', log: Bodies): Kept {
  const size = of === 'request' ? exchange.requestBytes : exchange.responseBytes;
  const { bytes, isWhole, decoded } = decodedBody(exchange, of, log);
  const shown = decoded ?? bytes;
  return {
    size,
    bytes: shown,
    text: decoded !== null && isReadable(shown) ? shown.toString('utf8') : null,
    isWhole: isWhole && bytes.length >= size,
  };
}

export function keptDiff(a: Kept, b: Kept, show: Show): BodyDiff {
  const facts = { bytes: [a.size, b.size] as const, truncated: !(a.isWhole && b.isWhole) };
  const isEqual = a.bytes.equals(b.bytes) && (!facts.truncated || a.size === b.size);
  if (a.size === 0 && b.size === 0) return { as: 'none', same: true, ...facts, changes: 0, lines: [], note: null };
  const [left, right] = [jsonOf(a), jsonOf(b)];
  if (left !== undefined && right !== undefined) return { ...facts, ...jsonLines(left, right, isEqual, show) };
  if (a.text !== null && b.text !== null) return { ...facts, ...textLines(a.text, b.text, isEqual, show) };
  return { ...facts, ...byteLines(a.bytes, b.bytes, isEqual) };
}

type Told = Omit<BodyDiff, 'bytes' | 'truncated'>;

const jsonOf = ({ text, isWhole }: Kept): Json | undefined => (text === null || !isWhole ? undefined : parseJson(text));

function jsonLines(a: Json, b: Json, isEqual: boolean, show: Show): Told {
  const changes = isEqual ? [] : jsonDiff(a, b);
  const lines = changes.slice(0, MOST_LINES).map((change) => jsonLine(change, show));
  const note =
    isEqual || changes.length > 0
      ? null
      : 'The values are the same; spaces, order of names or forms of numbers differ.';
  return { as: 'json', same: changes.length === 0, changes: changes.length, lines, note };
}

function jsonLine({ path, a, b }: JsonChange, show: Show): string {
  const name = path.findLast((step) => typeof step === 'string') ?? '';
  const [before, after] = [valueText(a, String(name), show), valueText(b, String(name), show)];
  return visibleLine(`${show(pathText(path))}: ${window(before, after)} → ${window(after, before)}`);
}

/** With its name: what is called password is a secret whatever it looks like. */
function valueText(value: Json | undefined, name: string, show: Show): string {
  if (value === undefined) return '(none)';
  const lead = `${JSON.stringify(name)}:`;
  const shown = show(lead + JSON.stringify(value));
  return shown.startsWith(lead) ? shown.slice(lead.length) : shown;
}

/** Hidden as a whole, since a secret may span lines; compared as it was. */
function textLines(a: string, b: string, isEqual: boolean, show: Show): Told {
  const [shownA, shownB] = [show(a).split('\n'), show(b).split('\n')];
  const lines: string[] = [];
  let changes = 0;
  for (const hunk of isEqual ? [] : lineDiff(a.split('\n'), b.split('\n'))) {
    const taken = shownA.slice(hunk.a, hunk.a + hunk.taken);
    const put = shownB.slice(hunk.b, hunk.b + hunk.put);
    changes += taken.length + put.length;
    if (lines.length >= MOST_LINES) continue;
    lines.push(...hunkLines('-', taken, put, hunk.a), ...hunkLines('+', put, taken, hunk.b));
  }
  return { as: 'text', same: isEqual, changes, lines: lines.slice(0, MOST_LINES), note: null };
}

const hunkLines = (mark: string, lines: readonly string[], others: readonly string[], from: number): string[] =>
  lines
    .slice(0, MOST_LINES)
    .map((line, at) => visibleLine(`${mark}${from + at + 1}: ${window(line, others[at] ?? '')}`));

function byteLines(a: Buffer, b: Buffer, isEqual: boolean): Told {
  let at = 0;
  while (at < Math.min(a.length, b.length) && a[at] === b[at]) at++;
  const lines = isEqual ? [] : [`the first difference is at byte ${at}`];
  return { as: 'bytes', same: isEqual, changes: lines.length, lines, note: null };
}

/** Of a long text the part where it begins to differ from `other`. */
function window(text: string, other: string): string {
  if (text.length <= LONGEST_VALUE) return text;
  let at = 0;
  while (at < other.length && text[at] === other[at]) at++;
  const from = Math.max(0, Math.min(at - 40, text.length - LONGEST_VALUE));
  return visibleLine(`${from > 0 ? '…' : ''}${text.slice(from)}`, LONGEST_VALUE);
}
