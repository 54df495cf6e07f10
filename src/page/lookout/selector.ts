/**
 * A short CSS selector that names an element to a person: by id, test id, or the way down from the nearest that has one. `>>>` goes
 * into a shadow tree.
 */

const MOST_LEVELS = 4;

export function selectorOf(element: Element): string {
  const root = element.getRootNode();
  const way = root instanceof ShadowRoot ? `${selectorOf(root.host)} >>> ` : '';
  const levels: string[] = [];
  for (let at: Element | null = element; at !== null && levels.length < MOST_LEVELS; at = at.parentElement) {
    const named = nameOf(at);
    levels.unshift(named ?? placeOf(at));
    if (named !== null || at === document.body) break;
  }
  return way + levels.join(' > ');
}

function nameOf(element: Element): string | null {
  const id = element.getAttribute('id');
  if (id) return `#${CSS.escape(id)}`;
  const testId = element.getAttribute('data-testid');
  return testId === null ? null : `[data-testid="${testId.slice(0, 60)}"]`;
}

function placeOf(element: Element): string {
  const tag = element.localName;
  const first = element.getAttribute('class')?.trim().split(/\s+/)[0];
  const like = first ? `${tag}.${CSS.escape(first.slice(0, 40))}` : tag;
  const siblings = [...(element.parentElement?.children ?? [])].filter((other) => other.localName === tag);
  return siblings.length > 1 ? `${like}:nth-of-type(${siblings.indexOf(element) + 1})` : like;
}
