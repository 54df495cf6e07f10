/** What looks into upgraded connections and event streams as they pass. */
import { field } from './fields.ts';
import type { ResponseHead } from './http1.ts';
import { observeEvents } from './sse-observer.ts';
import type { Observers } from './surroundings.ts';
import type { MessageRecord } from './traffic-records.ts';
import { observeWebSocket } from './websocket-observer.ts';

/** `tell` gets each message with its exchange. */
export const trafficObservers = (tell: (exchange: number, message: MessageRecord) => void): Observers => ({
  tunnel(id, response) {
    if (field(response.fields, 'upgrade')?.toLowerCase() !== 'websocket') return null;
    const note = (message: MessageRecord) => tell(id, message);
    return {
      fromTarget: observeWebSocket(false, extensionsOf(response, 'server_no_context_takeover'), note),
      fromBrowser: observeWebSocket(true, extensionsOf(response, 'client_no_context_takeover'), note),
    };
  },
  events: (id) => observeEvents((event) => tell(id, event)),
});

/** What was agreed upon (RFC 7692 7.1). */
function extensionsOf({ fields }: ResponseHead, takeover: string): { deflate: boolean; fresh: boolean } {
  const agreed = field(fields, 'sec-websocket-extensions')?.toLowerCase() ?? '';
  return { deflate: agreed.includes('permessage-deflate'), fresh: agreed.includes(takeover) };
}
