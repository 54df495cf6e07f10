/** MCP over HTTP, both eras: sessions for the older one, an exchange by itself for 2026-07-28, whose updates have a stream of their own. */
import {
  createMcpHandler,
  InMemoryServerEventBus,
  isLegacyRequest,
  type Server,
  type ServerEventBus,
  type ServerNotifier,
} from '@modelcontextprotocol/server';
import { createListened } from '../listened.ts';
import type { Exchange } from './exchange.ts';
import { createSessions } from './sessions.ts';

export interface EndpointParts {
  /** A server for one session, or for one exchange of the 2026 era; `onClose` takes what must end with it. */
  serverFor(era: 'legacy' | 'modern', onClose: (end: () => void) => void): Server;
  /** Tells of changes of these addresses until `end` is called; null: of none. `wake` is called when somebody begins to listen. */
  watch(uris: () => ReadonlySet<string> | null, tell: ServerNotifier): { wake(): void; end(): void };
  after(ms: number, run: () => void): { cancel(): void };
  log(line: string): void;
}

export interface Endpoint {
  serve(exchange: Exchange): Promise<Response>;
  readonly sessions: number;
  close(): Promise<void>;
}

/** That era has no stream by GET, which its handler says. */
const isModernStream = ({ method, headers }: Request): boolean =>
  method !== 'POST' && headers.get('mcp-protocol-version') === MODERN && !headers.has('mcp-session-id');

const MODERN = '2026-07-28';
const MOST_SESSIONS = 256;
/** An agent may think for long between two calls; its session costs little. */
const SESSION_IDLE_MS = 60 * 60_000;
const MOST_SUBSCRIPTIONS = 256;
/** Addresses, of all clients. */
const MOST_LISTENED = 4_096;

export function createEndpoint(parts: EndpointParts): Endpoint {
  const { log } = parts;
  const sessions = createSessions({
    serverFor: (onClose) => parts.serverFor('legacy', onClose),
    mostSessions: MOST_SESSIONS,
    idleMs: SESSION_IDLE_MS,
    after: parts.after,
    log,
  });
  const listened = createListened(MOST_LISTENED);
  const listeners = new InMemoryServerEventBus();
  const bus: ServerEventBus = {
    publish: (event) => listeners.publish(event),
    subscribe(listener) {
      const leave = listeners.subscribe(listener);
      watching.wake();
      return leave;
    },
  };
  const modern = createMcpHandler(
    ({ era }) => {
      const ends: (() => void)[] = [];
      const server = parts.serverFor(era, (end) => ends.push(end));
      server.onclose = () => {
        for (const end of ends) end();
      };
      return server;
    },
    { legacy: 'reject', bus, maxSubscriptions: MOST_SUBSCRIPTIONS, onerror: (error) => log(`http: ${error.message}`) },
  );
  const watching = parts.watch(listened.uris, modern.notify);

  return {
    async serve(exchange) {
      const { request, body } = exchange;
      const isLegacy = !isModernStream(request) && (await isLegacyRequest(request, body));
      if (isLegacy) return sessions.serve(exchange);
      if (listened.began(exchange, body)) exchange.onEnd(() => listened.ended(exchange));
      return modern.fetch(request, { parsedBody: body });
    },
    get sessions() {
      return sessions.count;
    },
    async close() {
      watching.end();
      await Promise.all([sessions.close(), modern.close()]);
    },
  };
}
