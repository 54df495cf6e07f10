/** What the person does: clicks, submits, and keys, but never what is typed. */

import { labelOf } from './labels.ts';
import type { Link } from './link.ts';
import { get } from './lookout/property.ts';
import { clock } from './natives.ts';
import { selectorOf } from './selector.ts';

/** Typing is one entry a field and second. */
const KEYS_EVERY_MS = 1_000;
const CLICKED = 'a,button,input,select,label,summary,[role=button],[onclick]';

export function readInteractions(link: Link): (event: Event) => void {
  let typedIn: EventTarget | null = null;
  let typedAt = 0;

  const tell = (what: string, element: Element, more = {}) =>
    link.report('interaction', { what, element: selectorOf(element), ...more });

  function typed(event: Event): void {
    const key = String(get(event, 'key'));
    const target = pathOf(event)[0];
    if (target === undefined) return;
    const isCommand = key.length > 1;
    if (!isCommand && target === typedIn && clock() - typedAt < KEYS_EVERY_MS) return;
    typedIn = target;
    typedAt = clock();
    tell('keys', target, isCommand && !isSecret(target) ? { key } : {});
  }

  return (event) => {
    const { type, target } = event;
    const meant = type === 'click' ? meantBy(event) : null;
    if (meant !== null) tell('click', meant, { label: labelOf(meant) });
    if (type === 'submit' && target instanceof HTMLFormElement) tell('submit', target, { action: target.action });
    if (type === 'change' && target instanceof Element) tell('change', target);
    if (type === 'keydown') typed(event);
  };
}

/** The elements that it happened in, the innermost first: within shadow trees that are open too. */
const pathOf = (event: Event): Element[] => event.composedPath().filter((one) => one instanceof Element);

const meantBy = (event: Event): Element | null => {
  const path = pathOf(event);
  return path.find((element) => element.matches(CLICKED)) ?? path[0] ?? null;
};

const isSecret = (element: Element): boolean => element instanceof HTMLInputElement && element.type === 'password';
