/** Scripts of ours, as the document's policy wants them. */
import { find, makeElement, saved, setSource } from './saved.ts';

/** Not in the document yet, with the nonce that the document's own scripts have, or else the loader had. */
export function newScript(src: string | null, nonce: string): HTMLScriptElement {
  const script = makeElement(document, 'script') as HTMLScriptElement;
  if (src !== null && setSource !== undefined) saved.apply(setSource, script, [src]);
  script.nonce = find(document, 'script[nonce]')?.nonce || nonce;
  return script;
}
