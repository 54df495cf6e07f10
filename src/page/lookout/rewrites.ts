/** A page that is written anew loses all listeners, ours too, and keeps its window: they are put back. */
import { listenAgain } from './listeners.ts';
import { patch } from './patch.ts';
import { quietly } from './quietly.ts';
import { saved } from './saved.ts';

/** `write` opens a document that has loaded, as `open` does (WHATWG HTML 8.4). */
export function watchRewrites(): void {
  again('open');
  again('write');
  again('writeln');
}

function again(name: 'open' | 'write' | 'writeln'): void {
  patch(
    Document.prototype,
    name,
    (original) =>
      ({
        [name](this: Document, ...words: never[]) {
          const answer: unknown = saved.apply(original, this, words);
          if (this === document) quietly(listenAgain);
          return answer;
        },
      }) as Record<typeof name, unknown>,
  );
}
