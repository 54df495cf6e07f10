/** The document of an exchange under way: opened between the target and the browser, and held back by what either takes. */
import { type DocumentOutlet, documentSink } from './document-sink.ts';
import type { ResponseHead } from './http1.ts';
import type { LiveExchange } from './live-exchange.ts';
import type { Loader } from './loader.ts';
import type { Documents } from './surroundings.ts';

export interface LiveDocumentOutlet extends DocumentOutlet {
  /** The document takes more again. */
  drained(): void;
}

/** Opens it as `live.document`; why it could not be changed, or failed, becomes the exchange's note. */
export function openLiveDocument(
  live: LiveExchange,
  response: ResponseHead,
  documents: Documents,
  loader: Loader,
  outlet: LiveDocumentOutlet,
): void {
  const note = (reason: string | null) => {
    live.note = reason;
  };
  const sink = documentSink(live, response, {
    isCurrent: () => outlet.isCurrent(),
    send: (parts) => outlet.send(parts),
    ended: () => outlet.ended(),
    failed: (reason) => {
      note(reason);
      outlet.failed(reason);
    },
  });
  const input = { request: live.head, response, loader };
  live.document = documents.openDocument(input, sink, ({ reason }) => note(reason));
  live.document.onDrain(() => {
    live.isFull = false;
    outlet.drained();
  });
}
