/** A page that is written anew loses all listeners, ours too, and keeps its window: they are put back. */
import { apply, listenAgain, quietly } from './natives.ts';
import { patch } from './patch.ts';

/** `write` opens a document that has loaded, as `open` does (WHATWG HTML 8.4). */
export function watchRewrites(): void {
  for (const name of ['open', 'write', 'writeln'] as const) {
    patch(
      Document.prototype,
      name,
      (original) =>
        function write(this: Document, ...words: never[]) {
          const answer: unknown = apply(original, this, words);
          if (this === document) quietly(listenAgain);
          return answer as never;
        },
    );
  }
}
