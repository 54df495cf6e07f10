/** What the person does: clicks, submits, and keys, but never what is typed. */
import type { Link } from './link.ts';
import { now, on, quietly } from './natives.ts';
import { labelOf, selectorOf } from './selector.ts';

/** Typing is one entry a field and second. */
const KEYS_EVERY_MS = 1_000;

export function watchInteractions(link: Link): void {
  let typedIn: EventTarget | null = null;
  let typedAt = 0;

  const listen = <K extends keyof WindowEventMap>(name: K, take: (event: WindowEventMap[K]) => void) =>
    on(name, (event) => quietly(() => take(event as WindowEventMap[K])), { capture: true, passive: true });

  listen('click', ({ target }) => {
    if (!(target instanceof Element)) return;
    const meant = target.closest('a,button,input,select,label,summary,[role=button],[onclick]') ?? target;
    link.report('interaction', { what: 'click', element: selectorOf(meant), label: labelOf(meant) });
  });
  listen('submit', ({ target }) => {
    if (target instanceof HTMLFormElement)
      link.report('interaction', { what: 'submit', element: selectorOf(target), action: target.action });
  });
  listen('change', ({ target }) => {
    if (target instanceof Element) link.report('interaction', { what: 'change', element: selectorOf(target) });
  });
  listen('keydown', ({ target, key }) => {
    if (!(target instanceof Element)) return;
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

const isSecret = (element: Element): boolean => element instanceof HTMLInputElement && element.type === 'password';
