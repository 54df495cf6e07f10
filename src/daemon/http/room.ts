/** What one exchange makes the daemon hold: a body on its way, an answer that is not taken, a call. All of its clients share one bound. */
import type { ServerResponse } from 'node:http';
import type { Holdings } from '../holdings.ts';

export interface Room {
  /** So many bytes of the body have come. */
  came(bytes: number): void;
  /** The body is read. */
  isRead(): void;
  /** Aborted when there is no room for the rest of the body. */
  readonly signal: AbortSignal;
  /** Its call is under way from now on. */
  calls(): void;
}

/** Until the answer has been taken whole, or the client has left. */
export function roomOf(response: ServerResponse, holdings: Holdings): Room {
  const full = new AbortController();
  let body: number | null = 0;
  let calls = 0;
  const leave = holdings.watch({
    name: 'a client over HTTP',
    bytes: () => (body ?? 0) + response.writableLength,
    calls: () => calls,
    // Who still sends can be told why.
    close: () => (body === null ? response.destroy() : full.abort()),
  });
  response.once('close', leave);
  return {
    came(bytes) {
      body = (body ?? 0) + bytes;
      holdings.came(bytes);
    },
    isRead() {
      body = null;
    },
    signal: full.signal,
    calls() {
      calls = 1;
    },
  };
}
