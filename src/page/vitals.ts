/** How the page feels: navigation timing, first and largest paint, layout shift, slowest interaction, long tasks; and what it was. */

import { countInteractions, type Interaction, type InteractionEvent } from './inp.ts';
import type { Link } from './link.ts';
import { get } from './lookout/property.ts';
import { later, NativePerformanceObserver, quietly, round, saved } from './natives.ts';
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
interface Paint extends PerformanceEntry {
  readonly element?: Element | null;
}
type Timing = PerformanceEntry & InteractionEvent & { readonly target?: Node | null };

const LONG_TASK_MS = 100;
const SLOW_INTERACTION_MS = 200;
/** The other events of an interaction come together with its slow one. */
const TELL_AFTER_MS = 100;
/** What a person sees jump. */
const LARGE_SHIFT = 0.05;
/** A burst of shifts ends after a second's quiet, or five seconds (web.dev/cls). */
const SHIFT_GAP_MS = 1_000;
const SHIFT_WINDOW_MS = 5_000;

export interface VitalsWatch {
  /** Not before the page has loaded: browsers keep what was (`buffered`), and to be told of it meanwhile costs the page. */
  begin(): void;
  /** The page has loaded. */
  loaded(): void;
  now(): Vitals;
}

/** `changed` is called when a figure has changed. */
export function watchVitals(link: Link, changed: () => void): VitalsWatch {
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
  const interactions = countInteractions(() => {
    const count: unknown = get(performance, 'interactionCount');
    return typeof count === 'number' ? count : null;
  });

  function begin(): void {
    observe('paint', (entry) => {
      if (entry.name === 'first-contentful-paint') vitals.first_contentful_paint_ms = round(entry.startTime);
    });
    observe('largest-contentful-paint', (entry) => painted(entry as Paint));
    observe('layout-shift', (entry) => shifted(entry as Shift));
    observe('event', (entry) => interacted(entry as Timing), { durationThreshold: 40 });
    // The first one counts however quick it was.
    observe('first-input', (entry) => interacted(entry as Timing));
    observe('longtask', (entry) => {
      if (entry.duration >= LONG_TASK_MS)
        link.report('performance', { what: 'long task', ms: round(entry.duration) }, entry.startTime);
    });
  }

  function painted({ startTime, element }: Paint): void {
    vitals.lcp_ms = round(startTime);
    vitals.lcp_element = nameOf(element);
    // Before that the load tells it.
    if (vitals.load_ms !== null)
      link.report('performance', { what: 'LCP', ms: vitals.lcp_ms, element: vitals.lcp_element }, startTime);
  }

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

  /** The first event of an interaction may be its longest, or the last. */
  function interacted(event: Timing): void {
    if (!event.interactionId) return;
    const interaction = interactions.take(event, nameOf(event.target));
    const worst = interactions.worst();
    if (worst !== null) {
      vitals.inp_ms = round(worst.latency);
      vitals.inp_element = worst.element;
    }
    if (interaction === null || interaction.latency < SLOW_INTERACTION_MS) return;
    if (interaction.isTold) return;
    interaction.isTold = true;
    later(() => tellSlow(interaction), TELL_AFTER_MS);
  }

  const tellSlow = ({ name, latency, element, at }: Interaction) =>
    link.report('performance', { what: `slow ${name}`, ms: round(latency), element }, at);

  function loaded(): void {
    const navigation = performance.getEntriesByType('navigation')[0] as PerformanceNavigationTiming | undefined;
    if (navigation === undefined) return;
    vitals.dom_content_loaded_ms = round(navigation.domContentLoadedEventEnd);
    vitals.load_ms = round(navigation.loadEventEnd);
    link.report('performance', { what: 'load', ms: vitals.load_ms, ...vitals }, navigation.loadEventEnd);
    changed();
  }

  function observe(type: string, take: (entry: PerformanceEntry) => void, options: object = {}): void {
    const takeAll = (entries: readonly PerformanceEntry[]) => {
      for (let i = 0; i < entries.length; i++) {
        const entry = entries[i];
        if (entry !== undefined) quietly(() => take(entry));
      }
      changed();
    };
    quietly(() => {
      if (!NativePerformanceObserver.supportedEntryTypes.includes(type)) return;
      const observer = new NativePerformanceObserver((entries) => quietly(() => takeAll(entries.getEntries())));
      saved.observe(observer, { type, buffered: true, ...options });
      takeAll(saved.takeRecords(observer));
    });
  }

  return { begin, loaded, now: () => vitals };
}

const fraction = (value: number): number => round(value * 10_000) / 10_000;

/** Of a text, its element; null for what is gone from the document. */
function nameOf(node: Node | null | undefined): string | null {
  const element = node instanceof Element ? node : node?.parentElement;
  return element ? selectorOf(element) : null;
}
