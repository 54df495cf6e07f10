/** Pages as results show them. */

import type { PageErrorGroup } from '../proxy/page-errors.ts';
import type { Page } from '../proxy/pages.ts';
import type { MappedFrame } from '../proxy/source-map.ts';
import { visibleText } from '../text/visible.ts';

type Vitals = NonNullable<Page['facts']['status']>['vitals'];

const NO_VITALS = {
  dom_content_loaded_ms: null,
  load_ms: null,
  first_contentful_paint_ms: null,
  lcp_ms: null,
  cls: null,
  inp_ms: null,
  lcp_element: null,
  cls_element: null,
  inp_element: null,
} as const;

/** Innermost; the entry has all. */
const MOST_FRAMES = 8;

export interface PageCounts {
  readonly resources: number;
  readonly errors: number;
  /** Of rules. */
  readonly notes: readonly string[];
}

export function viewPage(
  { number, facts, startedAt, lastActivity, active }: Page,
  counts: PageCounts,
  iso: (micros: number) => string,
  show: (text: string) => string,
) {
  const { hello, status, dropped } = facts;
  return {
    id: `page_${number}`,
    tab: visibleText(hello.tab),
    frame: visibleText(hello.frame),
    url: visibleText(show(status?.url ?? hello.url)),
    title: visibleText(show(status?.title ?? hello.title)),
    started_at: iso(startedAt),
    last_activity: iso(lastActivity),
    active,
    visible: status?.visible ?? true,
    resources: counts.resources,
    errors: counts.errors,
    performance: { ...NO_VITALS, ...shownVitals(status?.vitals ?? {}, show) },
    notes: [
      ...counts.notes,
      ...(dropped > 0 ? [`${dropped} messages of the page were not kept: it sends too many`] : []),
    ],
  };
}

/** Selectors are the page's own words. */
const shownVitals = (vitals: Vitals, show: (text: string) => string): Vitals =>
  Object.fromEntries(
    Object.entries(vitals).map(([name, value]) => [name, typeof value === 'string' ? visibleText(show(value)) : value]),
  );

/** `src/cart.ts:42:7` */
export const placeOf = ({ file, line, column }: MappedFrame): string => `${file}:${line}:${column}`;

export function viewError(
  { message, source, count, first, last, frame, stack }: PageErrorGroup,
  iso: (micros: number) => string,
) {
  return {
    message,
    source,
    count,
    first_at: iso(first.micros),
    last_at: iso(last.micros),
    entry_id: `err_${last.id}`,
    at: frame === null ? null : placeOf(frame),
    code: frame?.code ?? null,
    stack: stack.slice(0, MOST_FRAMES).map((one) => `${one.name === '' ? '(top)' : one.name} ${placeOf(one)}`),
  };
}

/** `page_7` or `7`; null for what is neither. */
export function pageNumber(id: string): number | null {
  const digits = /^(?:page_)?(\d{1,10})$/.exec(id)?.[1];
  return digits === undefined ? null : Number(digits);
}
