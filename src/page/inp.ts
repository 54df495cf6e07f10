/**
 * Interaction to Next Paint, as web-vitals has it: the longest interaction of a page, of each fifty one less (web.dev/articles/inp).
 * Events of one interaction have its id; the longest of them is its latency.
 */

/** Of PerformanceEventTiming what counts here; times in milliseconds. */
export interface InteractionEvent {
  /** 0: the event belongs to none. */
  readonly interactionId?: number;
  readonly name: string;
  readonly startTime: number;
  readonly duration: number;
}

export interface Interaction {
  readonly id: number;
  latency: number;
  /** Of the longest event of those that have an element; of all, if none has. */
  name: string;
  at: number;
  /** Selector of what was interacted with: some events have none (Chromium's pointer events). */
  element: string | null;
  /** Somebody has been told of it. */
  isTold: boolean;
}

/** That many tell the 98th percentile of 500 interactions; beyond, the least of them stands for it. */
const MOST_KEPT = 10;
const ONE_LEFT_OUT_OF = 50;
/** What ids grow by, where browsers do not tell how many there were (Event Timing 3.4). */
const ID_STEP = 7;

export interface Interactions {
  /** The interaction that the event belongs to; null where it cannot matter any more. */
  take(event: InteractionEvent, element: string | null): Interaction | null;
  /** The one whose latency is the page's; null when there was none. */
  worst(): Interaction | null;
}

/** `counted`: interactions of the page so far, as the browser knows it; null where it does not. */
export function countInteractions(counted: () => number | null): Interactions {
  /** The longest first. */
  const longest: Interaction[] = [];
  let leastId = Number.POSITIVE_INFINITY;
  let greatestId = 0;

  function place(interaction: Interaction): void {
    const present = longest.indexOf(interaction);
    if (present >= 0) longest.splice(present, 1);
    let at = longest.length;
    while (at > 0 && (longest[at - 1]?.latency ?? 0) < interaction.latency) at -= 1;
    longest.splice(at, 0, interaction);
    if (longest.length > MOST_KEPT) longest.length = MOST_KEPT;
  }

  const count = () => counted() ?? (greatestId === 0 ? 0 : (greatestId - leastId) / ID_STEP + 1);

  return {
    take({ interactionId: id, name, startTime, duration }, element) {
      if (!id) return null;
      leastId = Math.min(leastId, id);
      greatestId = Math.max(greatestId, id);
      const known = longest.find((one) => one.id === id);
      if (known === undefined) {
        if (longest.length === MOST_KEPT && duration <= (longest.at(-1)?.latency ?? 0)) return null;
        const made = { id, latency: duration, name, at: startTime, element, isTold: false };
        place(made);
        return made;
      }
      if (element !== null && (known.element === null || duration > known.latency)) {
        known.element = element;
        known.name = name;
      }
      if (duration > known.latency) {
        known.latency = duration;
        known.at = startTime;
        place(known);
      }
      return known;
    },
    worst: () => longest[Math.min(longest.length - 1, Math.floor(count() / ONE_LEFT_OUT_OF))] ?? null,
  };
}
