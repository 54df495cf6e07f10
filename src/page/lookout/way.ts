/** How an element is found, as it is now: what names it, or where it stands in the nearest that has a name. Told as a selector later. */

const MOST_LEVELS = 4;

export interface Level {
  readonly tag: string;
  readonly id: string | null;
  readonly testId: string | null;
  readonly classes: string | null;
  /** Among those of its tag, from 1; 0 when it is the only one. */
  readonly place: number;
}

export interface Way {
  /** Of the shadow tree that it stands in. */
  readonly host: Way | null;
  /** The element's own first. */
  readonly levels: readonly Level[];
}

export function wayTo(element: Element): Way {
  const levels: Level[] = [];
  for (let at: Element | null = element; at !== null && levels.length < MOST_LEVELS; at = at.parentElement) {
    const level = levelOf(at);
    levels[levels.length] = level;
    if (level.id || level.testId !== null || at === document.body) break;
  }
  const root = element.getRootNode();
  const host: unknown = root === document ? undefined : (root as Partial<ShadowRoot>).host;
  return { host: host instanceof Element ? wayTo(host) : null, levels };
}

function levelOf(element: Element): Level {
  const tag = element.localName;
  let place = 0;
  let count = 0;
  for (let at = element.parentElement?.firstElementChild; at; at = at.nextElementSibling) {
    if (at.localName === tag) count += 1;
    if (at === element) place = count;
  }
  return {
    tag,
    id: element.getAttribute('id'),
    testId: element.getAttribute('data-testid'),
    classes: element.getAttribute('class'),
    place: count > 1 ? place : 0,
  };
}
