/** What an element is called, and what of it is nobody's business. */

/** Where people type: its text is theirs. */
export const isTypedIn = (element: Element): boolean =>
  element instanceof HTMLTextAreaElement || (element instanceof HTMLElement && element.isContentEditable);

/** What a person would call it: its label or text. */
export function labelOf(element: Element): string {
  const label = element.getAttribute('aria-label') ?? (isTypedIn(element) ? '' : (element.textContent ?? ''));
  return label.replace(/\s+/g, ' ').trim().slice(0, 60);
}
