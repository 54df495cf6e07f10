/** A page that is written anew loses all listeners, ours too, and keeps its window: they are put back. */
import { listenAgain } from './listeners.ts';
import { patch, type Stead } from './patch.ts';
import { quietly } from './quietly.ts';
import { saved } from './saved.ts';

/** `write` opens a document that has loaded, as `open` does (WHATWG HTML 8.4). */
export function watchRewrites(): void {
  patch(Document.prototype, 'open', again);
  patch(Document.prototype, 'write', again);
  patch(Document.prototype, 'writeln', again);
}

const again: Stead = (original, self, words) => {
  const answer = saved.apply(original, self, words);
  if (self === document) quietly(listenAgain);
  return answer;
};
