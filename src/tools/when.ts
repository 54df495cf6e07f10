/** Times that callers give: ISO 8601, or how long ago. */
import { Fault } from '../text/fault.ts';
import { shown } from './arguments.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1_000, s: 1e6, m: 60e6, h: 3_600e6, d: 86_400e6 };
/** Date.parse alone takes `5` for a month. */
const ISO = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(Z|[+-]\d\d:\d\d)?)?$/;

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
  const span = {
    from: since === undefined ? Number.NEGATIVE_INFINITY : timeOf(since, 'since', clocks),
    to: until === undefined ? Number.POSITIVE_INFINITY : timeOf(until, 'until', clocks),
  };
  if (span.from <= span.to) return span;
  throw new Fault(
    'invalid_argument',
    `since=${shown(since)} is later than until=${shown(until)}`,
    'Give the earlier one as since.',
    { parameter: 'since' },
  );
}

export const isWithin = ({ from, to }: Span, micros: number): boolean => from <= micros && micros <= to;

function timeOf(text: string, parameter: string, { now, iso }: Clocks): number {
  const ago = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text);
  if (ago !== null) return now - Number(ago[1]) * (UNITS[ago[2] ?? ''] ?? 0);
  const [, day, time = '', zone = ''] = ISO.exec(text) ?? [];
  // As all times are shown: UTC, where nothing else is said.
  const wall = Date.parse(time === '' ? `${day}` : `${day}T${time}${zone || 'Z'}`);
  if (!Number.isNaN(wall)) return microsAt(wall, { now, iso });
  throw new Fault(
    'invalid_argument',
    `${parameter}=${shown(text)} is no time`,
    `Give ISO 8601, such as ${iso(now)}, or how long ago: 30s, 5m, 1h.`,
    { parameter },
  );
}

/** The machine may have slept between then and now, which `iso` alone knows: the difference is taken again where it leads. */
function microsAt(wall: number, { now, iso }: Clocks): number {
  let micros = now;
  for (let round = 0; round < 3; round++) micros += (wall - Date.parse(iso(micros))) * 1_000;
  return micros;
}
