/** How the page feels: navigation timing, first and largest paint, layout shift, slowest interaction, long tasks; and what it was. */
import type { Link } from './link.ts';
import { later, max, on, quietly, round } from './natives.ts';
import { selectorOf } from './selector.ts';

type Vitals = Record<
  'dom_content_loaded_ms' | 'load_ms' | 'first_contentful_paint_ms' | 'lcp_ms' | 'cls' | 'inp_ms',
  number | null
> &
  Record<'lcp_element' | 'cls_element' | 'inp_element', string | null>;

interface Shift extends PerformanceEntry {
  readonly value: number;
  readonly hadRecentInput: boolean;
  /** Those that moved most first. */
  readonly sources?: readonly { readonly node?: Node | null }[];
}
interface Timing extends PerformanceEntry {
  readonly interactionId?: number;
  readonly target?: Node | null;
  readonly element?: Element | null;
}

const LONG_TASK_MS = 100;
const SLOW_INTERACTION_MS = 200;
/** The other events of an interaction come together with its slow one. */
const TELL_AFTER_MS = 100;
/** What a person sees jump. */
const LARGE_SHIFT = 0.05;
/** A burst of shifts ends after a second's quiet, or five seconds (web.dev/cls). */
const SHIFT_GAP_MS = 1_000;
const SHIFT_WINDOW_MS = 5_000;

/** `changed` is called when a figure has changed. */
export function watchVitals(link: Link, changed: () => void): () => Vitals {
  const vitals: Vitals = {
    dom_content_loaded_ms: null,
    load_ms: null,
    first_contentful_paint_ms: null,
    lcp_ms: null,
    cls: 0,
    inp_ms: null,
    lcp_element: null,
    cls_element: null,
    inp_element: null,
  };
  const burst = { first: 0, last: 0, sum: 0, largest: 0, element: null as string | null };
  let slowest = { id: 0, isTold: false, name: '', element: null as string | null, at: 0 };

  observe('paint', (entry) => {
    if (entry.name === 'first-contentful-paint') vitals.first_contentful_paint_ms = round(entry.startTime);
  });
  observe('largest-contentful-paint', (entry) => {
    vitals.lcp_ms = round(entry.startTime);
    vitals.lcp_element = nameOf((entry as Timing).element);
    // Before that the load tells it.
    if (vitals.load_ms !== null)
      link.report('performance', { what: 'LCP', ms: vitals.lcp_ms, element: vitals.lcp_element }, entry.startTime);
  });
  observe('layout-shift', (entry) => shifted(entry as Shift));
  observe('event', (entry) => interacted(entry as Timing), { durationThreshold: 40 });
  // The first one counts however quick it was.
  observe('first-input', (entry) => interacted(entry as Timing));
  observe('longtask', (entry) => {
    if (entry.duration >= LONG_TASK_MS)
      link.report('performance', { what: 'long task', ms: round(entry.duration) }, entry.startTime);
  });
  // loadEventEnd is there only after the listeners of load.
  on('load', () => later(() => quietly(loaded), 0));

  function shifted({ value, hadRecentInput, startTime, sources }: Shift): void {
    if (hadRecentInput) return;
    const goesOn = startTime - burst.last < SHIFT_GAP_MS && startTime - burst.first < SHIFT_WINDOW_MS;
    if (!goesOn) {
      burst.first = startTime;
      burst.sum = burst.largest = 0;
    }
    burst.last = startTime;
    burst.sum += value;
    const element = nameOf(sources?.[0]?.node);
    if (value > burst.largest) {
      burst.largest = value;
      burst.element = element;
    }
    const sum = fraction(burst.sum);
    if (sum > (vitals.cls ?? 0)) {
      vitals.cls = sum;
      vitals.cls_element = burst.element;
    }
    if (value >= LARGE_SHIFT)
      link.report('performance', { what: 'layout shift', value: fraction(value), element }, startTime);
  }

  /** Of one interaction's events some have no target (Chromium's pointer events), and the slow one may be the last. */
  function interacted({ interactionId, duration, startTime, target, name }: Timing): void {
    const isKnown = interactionId === slowest.id;
    if (!interactionId || (!isKnown && duration <= (vitals.inp_ms ?? 0))) return;
    const element = nameOf(target);
    if (!isKnown) slowest = { id: interactionId, isTold: false, name, element, at: startTime };
    if (slowest.element === null && element !== null) {
      slowest.element = element;
      slowest.name = name;
    }
    vitals.inp_ms = max(isKnown ? (vitals.inp_ms ?? 0) : 0, round(duration));
    vitals.inp_element = slowest.element;
    if (duration < SLOW_INTERACTION_MS || slowest.isTold) return;
    slowest.isTold = true;
    const told = slowest;
    later(() => tellSlow(told, vitals.inp_ms), TELL_AFTER_MS);
  }

  const tellSlow = ({ name, element, at }: typeof slowest, ms: number | null) =>
    link.report('performance', { what: `slow ${name}`, ms, element }, at);

  function loaded(): void {
    const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    if (navigation === undefined) return;
    vitals.dom_content_loaded_ms = round(navigation.domContentLoadedEventEnd);
    vitals.load_ms = round(navigation.loadEventEnd);
    link.report('performance', { what: 'load', ms: vitals.load_ms, ...vitals });
    changed();
  }

  function observe(type: string, take: (entry: PerformanceEntry) => void, options: object = {}): void {
    quietly(() => {
      if (!PerformanceObserver.supportedEntryTypes.includes(type)) return;
      const observer = new PerformanceObserver((entries) => {
        for (const entry of entries.getEntries()) quietly(() => take(entry));
        changed();
      });
      observer.observe({ type, buffered: true, ...options });
    });
  }

  return () => vitals;
}

const fraction = (value: number): number => round(value * 10_000) / 10_000;

/** Of a text, its element; null for what is gone from the document. */
function nameOf(node: Node | null | undefined): string | null {
  const element = node instanceof Element ? node : node?.parentElement;
  return element ? selectorOf(element) : null;
}
