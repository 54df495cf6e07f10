/** Uncaught errors, rejections that nobody handled, resources that did not load, and what the page's policy blocked. */
import { on } from './listeners.ts';
import { isOwnError } from './printing.ts';
import { get } from './property.ts';
import type { Missing } from './receiver.ts';
import { sense } from './sense.ts';
import { wayTo } from './way.ts';

const ADDRESSES = ['currentSrc', 'src', 'href', 'data'];

export function senseFaults(): void {
  // Before others, and of elements too: a failing resource's event does not bubble.
  on('error', (event: Event) => {
    const { target } = event;
    // A page can throw one at an element too; what did not load has no message.
    if (target === window || get(event, 'message') !== undefined)
      sense(lasts(get(event, 'error')), (to) => to.thrown(event));
    else if (target instanceof Element) {
      const missing = missingOf(target);
      sense(true, (to) => to.missing(missing));
    }
  });
  on('unhandledrejection', (event) => sense(lasts(event.reason), (to) => to.rejected(event)));
  on('rejectionhandled', (event) => sense(lasts(event.reason), (to) => to.handled(event)));
  on('securitypolicyviolation', (event) => sense(true, (to) => to.blocked(event)));
}

/** An error keeps its stack; what else was thrown may change. */
const lasts = (thrown: unknown): boolean => typeof thrown !== 'object' || thrown === null || isOwnError(thrown);

/** At once: a page often gives it another address for it. */
const missingOf = (element: Element): Missing => ({
  name: nameOf(element),
  url: addressOf(element),
  way: wayTo(element),
});

/** Of an element of SVG it is an object. Nothing is asked of the page's world that it may not have yet: to make it takes time. */
function addressOf(element: Element): string {
  for (let i = 0; i < ADDRESSES.length; i++) {
    const value: unknown = get(element, ADDRESSES[i] ?? '');
    if (typeof value === 'string' && value !== '') return value;
    const base: unknown = typeof value === 'object' && value !== null ? get(value, 'baseVal') : null;
    if (typeof base === 'string') return new URL(base, element.baseURI).href;
  }
  return '';
}

/** A module fails for what it imports too, and its event does not say which. */
const nameOf = (element: Element): string =>
  element instanceof HTMLScriptElement && element.type === 'module'
    ? 'module script, or something that it imports,'
    : element.localName;
