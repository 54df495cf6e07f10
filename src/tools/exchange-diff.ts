/** What two exchanges differ in, as a reader wants it told: `$.items[3].price: 12 → 13`. */
import type { Fields } from '../proxy/fields.ts';
import type { Exchange } from '../proxy/recorded-exchange.ts';
import { visibleLine, visibleText } from '../text/visible.ts';
import { type BodyDiff, bodyDiff } from './body-diff.ts';
import { type Bodies, viewFields } from './exchange-view.ts';

type Show = (text: string) => string;

/** Fields that say when and by whom, and so differ each time. */
const VOLATILE = new Set(
  'connection keep-alive date age expires last-modified server-timing traceparent tracestate x-request-id x-correlation-id x-trace-id x-runtime x-response-time x-amzn-trace-id cf-ray'.split(
    ' ',
  ),
);
const MOST_FIELDS = 40;
const LONGEST_VALUE = 200;

export interface HeadersDiff {
  /** `content-type: text/html → application/json`; `(none)` where there is no such field. */
  readonly headers: readonly string[];
  /** The same of fields that differ each time. */
  readonly volatile: readonly string[];
}

export interface ResponseDiff extends HeadersDiff {
  /** `200 → 500`, or null when both have the same. */
  readonly status: string | null;
  readonly body: BodyDiff;
}

export interface RequestDiff extends HeadersDiff {
  /** `GET /a → POST /b`, or null. */
  readonly line: string | null;
  readonly body: BodyDiff;
}

/** Whether nothing differs but what always does. */
export const isSame = ({ headers, body, ...rest }: ResponseDiff | RequestDiff): boolean =>
  headers.length === 0 && body.same && ('status' in rest ? rest.status === null : rest.line === null);

/** Both entries in full: what was asked, and what was answered. */
export function exchangesDiff(a: Exchange, b: Exchange, log: Bodies, show: Show) {
  const [request, response] = [requestDiff(a, b, log, show), responseDiff(a, b, log, show)];
  return { a: `req_${a.id}`, b: `req_${b.id}`, same: isSame(request) && isSame(response), request, response };
}

export function responseDiff(a: Exchange, b: Exchange, log: Bodies, show: Show): ResponseDiff {
  return {
    status: change(statusText(a), statusText(b)),
    ...headersDiff(a.response, b.response, show),
    body: bodyDiff(a, b, 'response', log, show),
  };
}

export function requestDiff(a: Exchange, b: Exchange, log: Bodies, show: Show): RequestDiff {
  const line = ({ method, target }: Exchange) => `${method} ${target}`;
  return {
    line: line(a) === line(b) ? null : `${visibleText(show(line(a)))} → ${visibleText(show(line(b)))}`,
    ...headersDiff(a.request, b.request, show),
    body: bodyDiff(a, b, 'request', log, show),
  };
}

function statusText({ status, outcome }: Exchange): string {
  if (outcome === null) return 'pending';
  return outcome === 'complete' || outcome === 'upgraded' ? String(status) : `${status || '-'} ${outcome}`;
}

const change = (a: string, b: string): string | null => (a === b ? null : `${a} → ${b}`);

/** Names without regard to case, in the order of `a`; all values of a name together, in their order. */
export function headersDiff(a: Fields, b: Fields, show: Show): HeadersDiff {
  const [real, seen] = [valuesOf(a, b, null), valuesOf(a, b, show)];
  const headers: string[] = [];
  const volatile: string[] = [];
  for (const [name, [before, after]] of real) {
    if (before === after) continue;
    const [shownBefore, shownAfter] = seen.get(name) ?? [null, null];
    const line = visibleLine(`${name}: ${valueText(shownBefore)} → ${valueText(shownAfter)}`);
    (VOLATILE.has(name) ? volatile : headers).push(line);
  }
  return { headers: capped(headers), volatile: capped(volatile) };
}

type Values = Map<string, [string | null, string | null]>;

function valuesOf(a: Fields, b: Fields, show: Show | null): Values {
  const values: Values = new Map();
  for (const [side, fields] of [a, b].entries()) {
    for (const [name, value] of show === null ? pairsOf(fields) : viewFields(fields, show)) {
      const key = name.toLowerCase();
      const both = values.get(key) ?? [null, null];
      const before = both[side === 0 ? 0 : 1];
      both[side === 0 ? 0 : 1] = before === null ? value : `${before}, ${value}`;
      values.set(key, both);
    }
  }
  return values;
}

function pairsOf(fields: Fields): [string, string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at < fields.length; at += 2) pairs.push([fields[at] ?? '', fields[at + 1] ?? '']);
  return pairs.filter(([name]) => name.toLowerCase() !== 'x-devtool-load');
}

const valueText = (value: string | null): string => (value === null ? '(none)' : visibleLine(value, LONGEST_VALUE));

const capped = (lines: string[]): string[] =>
  lines.length <= MOST_FIELDS ? lines : [...lines.slice(0, MOST_FIELDS), `… ${lines.length - MOST_FIELDS} more`];
