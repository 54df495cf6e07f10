/** Where a document's changed bytes go: the browser, in the framing that its HTTP version has. */
import type { ResponseHead } from './http1.ts';
import { type LiveExchange, responseFacts } from './live-exchange.ts';
import type { Part } from './outbox.ts';
import { responseHead } from './response-head.ts';
import type { DocumentSink } from './surroundings.ts';

const CRLF = '\r\n';
const LAST_CHUNK = '0\r\n\r\n';

/** The browser connection's part of it. */
export interface DocumentOutlet {
  /** The exchange is still the one under way. */
  isCurrent(): boolean;
  /** Sends them; false: no more for now. */
  send(parts: readonly Part[]): boolean;
  ended(): void;
  failed(reason: string): void;
}

export function documentSink(live: LiveExchange, response: ResponseHead, outlet: DocumentOutlet): DocumentSink {
  let isChunked = false;
  return {
    head(fields, framing) {
      if (!outlet.isCurrent()) return;
      isChunked = framing === 'chunked' && live.head.minor === 1;
      live.unchunked = framing === 'chunked' && !isChunked;
      live.isLast ||= live.unchunked;
      const { status, reason } = response;
      outlet.send([responseHead({ status, reason, fields }, live.route, responseFacts(live))]);
    },
    data(bytes) {
      if (!outlet.isCurrent() || bytes.length === 0) return true;
      if (!isChunked) return outlet.send([bytes]);
      return outlet.send([`${bytes.length.toString(16)}${CRLF}`, bytes, CRLF]);
    },
    end() {
      if (!outlet.isCurrent()) return;
      if (isChunked) outlet.send([LAST_CHUNK]);
      outlet.ended();
    },
    fail(reason) {
      if (outlet.isCurrent()) outlet.failed(reason);
    },
  };
}
