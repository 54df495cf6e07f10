/** Times that callers give: ISO 8601, or how long ago. */
import { Fault } from '../text/fault.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1_000, s: 1e6, m: 60e6, h: 3_600e6, d: 86_400e6 };

export interface Span {
  /** Microseconds on the daemon's clock. */
  readonly from: number;
  readonly to: number;
}

interface Clocks {
  readonly now: number;
  readonly iso: (micros: number) => string;
}

/** Throws `invalid_argument` for what is no time. */
export function spanOf(
  { since, until }: { since?: string | undefined; until?: string | undefined },
  clocks: Clocks,
): Span {
  return {
    from: since === undefined ? Number.NEGATIVE_INFINITY : timeOf(since, 'since', clocks),
    to: until === undefined ? Number.POSITIVE_INFINITY : timeOf(until, 'until', clocks),
  };
}

export const isWithin = ({ from, to }: Span, micros: number): boolean => from <= micros && micros <= to;

function timeOf(text: string, parameter: string, { now, iso }: Clocks): number {
  const ago = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text);
  if (ago !== null) return now - Number(ago[1]) * (UNITS[ago[2] ?? ''] ?? 0);
  const wall = Date.parse(text);
  if (!Number.isNaN(wall)) return (wall - Date.parse(iso(0))) * 1_000;
  throw new Fault(
    'invalid_argument',
    `${parameter}=${JSON.stringify(text.slice(0, 80))} is no time`,
    'Give ISO 8601, or how long ago: 30s, 5m, 1h.',
    { parameter },
  );
}

/** A cursor beyond all that there is comes from a daemon before this one: everything is new to its reader. */
export const knownCursor = (after: number | undefined, last: number): number | undefined =>
  after !== undefined && after > last ? undefined : after;
