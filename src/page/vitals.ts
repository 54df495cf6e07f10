/** How the page feels: navigation timing, first and largest paint, layout shift, slowest interaction, long tasks. */
import type { Link } from './link.ts';
import { later, max, on, quietly, round } from './natives.ts';
import { selectorOf } from './selector.ts';

type Vitals = Record<
  'dom_content_loaded_ms' | 'load_ms' | 'first_contentful_paint_ms' | 'lcp_ms' | 'cls' | 'inp_ms',
  number | null
>;

interface Shift extends PerformanceEntry {
  readonly value: number;
  readonly hadRecentInput: boolean;
}
interface Timing extends PerformanceEntry {
  readonly interactionId?: number;
  readonly target?: Node | null;
  readonly element?: Element | null;
}

const LONG_TASK_MS = 100;
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
  };
  const burst = { first: 0, last: 0, sum: 0 };

  observe('paint', (entry) => {
    if (entry.name === 'first-contentful-paint') vitals.first_contentful_paint_ms = round(entry.startTime);
  });
  observe('largest-contentful-paint', (entry) => {
    vitals.lcp_ms = round(entry.startTime);
  });
  observe('layout-shift', (entry) => shifted(entry as Shift));
  observe('event', (entry) => interacted(entry as Timing), { durationThreshold: 40 });
  observe('longtask', (entry) => {
    if (entry.duration >= LONG_TASK_MS)
      link.report('performance', { what: 'long task', ms: round(entry.duration) }, entry.startTime);
  });
  // loadEventEnd is there only after the listeners of load.
  on('load', () => later(() => quietly(loaded), 0));

  function shifted({ value, hadRecentInput, startTime }: Shift): void {
    if (hadRecentInput) return;
    const goesOn = startTime - burst.last < SHIFT_GAP_MS && startTime - burst.first < SHIFT_WINDOW_MS;
    if (!goesOn) {
      burst.first = startTime;
      burst.sum = 0;
    }
    burst.last = startTime;
    burst.sum += value;
    vitals.cls = round(max(vitals.cls ?? 0, burst.sum) * 10_000) / 10_000;
  }

  function interacted({ interactionId, duration, startTime, target, name }: Timing): void {
    if (!interactionId || duration <= (vitals.inp_ms ?? 0)) return;
    vitals.inp_ms = round(duration);
    if (duration < 200) return;
    const element = target instanceof Element ? selectorOf(target) : null;
    link.report('performance', { what: `slow ${name}`, ms: round(duration), element }, startTime);
  }

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
