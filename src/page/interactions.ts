/** What the person does: clicks, submits, and keys, but never what is typed. */
import type { Link } from './link.ts';
import { now, on, quietly } from './natives.ts';
import { labelOf, selectorOf } from './selector.ts';

/** Typing is one entry a field and second. */
const KEYS_EVERY_MS = 1_000;
const CLICKED = 'a,button,input,select,label,summary,[role=button],[onclick]';

export function watchInteractions(link: Link): void {
  let typedIn: EventTarget | null = null;
  let typedAt = 0;

  const listen = <K extends keyof WindowEventMap>(name: K, take: (event: WindowEventMap[K]) => void) =>
    on(name, (event) => quietly(() => take(event as WindowEventMap[K])), { capture: true, passive: true });

  listen('click', (event) => {
    const meant = meantBy(event);
    if (meant === null) return;
    link.report('interaction', { what: 'click', element: selectorOf(meant), label: labelOf(meant) });
  });
  listen('submit', ({ target }) => {
    if (target instanceof HTMLFormElement)
      link.report('interaction', { what: 'submit', element: selectorOf(target), action: target.action });
  });
  listen('change', ({ target }) => {
    if (target instanceof Element) link.report('interaction', { what: 'change', element: selectorOf(target) });
  });
  listen('keydown', (event) => {
    const { key } = event;
    const target = pathOf(event)[0];
    if (target === undefined) return;
    const isCommand = key.length > 1;
    if (!isCommand && target === typedIn && now() - typedAt < KEYS_EVERY_MS) return;
    typedIn = target;
    typedAt = now();
    link.report('interaction', {
      what: 'keys',
      element: selectorOf(target),
      ...(isCommand && !isSecret(target) ? { key } : {}),
    });
  });
}

/** The elements that it happened in, the innermost first: within shadow trees that are open too. */
const pathOf = (event: Event): Element[] => event.composedPath().filter((one) => one instanceof Element);

const meantBy = (event: Event): Element | null => {
  const path = pathOf(event);
  return path.find((element) => element.matches(CLICKED)) ?? path[0] ?? null;
};

const isSecret = (element: Element): boolean => element instanceof HTMLInputElement && element.type === 'password';
