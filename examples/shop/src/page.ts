/** The element with this id; the page is static, so that a missing one is a mistake in it. */
export function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`index.html has no #${id}`);
  return found;
}

export function onClick(id: string, act: () => void): void {
  element(id).addEventListener('click', act);
}

export function say(message: string): void {
  element('message').textContent = message;
}
