/**
 * A short CSS selector that names an element to a person: by id, test id, or the way down from the nearest that has one. `>>>` goes
 * into a shadow tree.
 */
import type { Level, Way } from './lookout/way.ts';
import { wayTo } from './natives.ts';

export const selectorOf = (element: Element): string => selectorFrom(wayTo(element));

export function selectorFrom({ host, levels }: Way): string {
  const way = host === null ? '' : `${selectorFrom(host)} >>> `;
  return way + levels.map(levelSelector).reverse().join(' > ');
}

function levelSelector({ tag, id, testId, classes, place }: Level): string {
  if (id) return `#${CSS.escape(id)}`;
  if (testId !== null) return `[data-testid="${testId.slice(0, 60)}"]`;
  const first = classes?.trim().split(/\s+/)[0];
  const like = first ? `${tag}.${CSS.escape(first.slice(0, 40))}` : tag;
  return place > 0 ? `${like}:nth-of-type(${place})` : like;
}
