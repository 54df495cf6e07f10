/** Sessions of the 2025 era over HTTP: begun by `initialize`, named by a header, ended by DELETE or when nobody has come back for long. */
import { randomUUID } from 'node:crypto';
import {
  isInitializeRequest,
  ProtocolErrorCode,
  type Server,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server';
import { type Exchange, refused } from './exchange.ts';

export interface SessionsParts {
  /** A server for one session; `onClose` takes what must end with it. */
  serverFor(onClose: (end: () => void) => void): Server;
  readonly mostSessions: number;
  /** A session without an exchange under way ends after so long. */
  readonly idleMs: number;
  after(ms: number, run: () => void): { cancel(): void };
  log(line: string): void;
}

export interface Sessions {
  serve(exchange: Exchange): Promise<Response>;
  readonly count: number;
  close(): Promise<void>;
}

interface Session {
  readonly transport: WebStandardStreamableHTTPServerTransport;
  readonly server: Server;
  /** Exchanges under way. */
  open: number;
  timer: { cancel(): void };
}

const SESSION_HEADER = 'mcp-session-id';

export function createSessions(parts: SessionsParts): Sessions {
  /** The one that was used last is last. */
  const sessions = new Map<string, Session>();

  function rest(session: Session): void {
    if (!sessions.has(session.transport.sessionId ?? '')) return;
    session.timer = parts.after(parts.idleMs, () => void session.server.close());
  }

  /** Makes room by the end of the session that has rested longest. */
  async function makeRoom(): Promise<boolean> {
    if (sessions.size < parts.mostSessions) return true;
    const resting = [...sessions.values()].find(({ open }) => open === 0);
    await resting?.server.close();
    return resting !== undefined;
  }

  async function begin(): Promise<Session> {
    const ends: (() => void)[] = [];
    const server = parts.serverFor((end) => ends.push(end));
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, session),
    });
    const session: Session = { transport, server, open: 0, timer: { cancel() {} } };
    server.onerror = (error) => parts.log(`http: ${error.message}`);
    server.onclose = () => {
      session.timer.cancel();
      if (transport.sessionId !== undefined) sessions.delete(transport.sessionId);
      for (const end of ends) end();
    };
    await server.connect(transport);
    endCancelled(transport);
    return session;
  }

  /** An exchange lasts until its answer has been taken whole, or its client has left. */
  function pass(session: Session, { request, body, onEnd }: Exchange): Promise<Response> {
    const id = session.transport.sessionId;
    if (id !== undefined && sessions.delete(id)) sessions.set(id, session);
    session.timer.cancel();
    session.open += 1;
    onEnd(() => {
      session.open -= 1;
      if (session.open === 0) rest(session);
    });
    return session.transport.handleRequest(request, { parsedBody: body });
  }

  async function initialize(exchange: Exchange): Promise<Response> {
    if (!(await makeRoom())) return refused(503, `${parts.mostSessions} sessions are at work: end one`, exchange.body);
    const session = await begin();
    try {
      return await pass(session, exchange);
    } finally {
      // What was refused has begun nothing.
      if (session.transport.sessionId === undefined) await session.server.close();
    }
  }

  return {
    serve(exchange) {
      const { request, body } = exchange;
      const id = request.headers.get(SESSION_HEADER);
      const known = id === null ? undefined : sessions.get(id);
      if (known !== undefined) return pass(known, exchange);
      if (id === null && isInitializeRequest(body)) return initialize(exchange);
      return Promise.resolve(
        id === null
          ? refused(400, `a session begins with initialize, and its ${SESSION_HEADER} is sent from then on`, body)
          : refused(404, 'this session has ended: initialize again', body),
      );
    },
    get count() {
      return sessions.size;
    },
    async close() {
      await Promise.all([...sessions.values()].map(({ server }) => server.close()));
    },
  };
}

/**
 * The SDK answers a cancelled request with nothing, as the specification says, and so would keep its exchange open for ever. The
 * exchange ends here, and then, by an answer that nobody gets any more, what the SDK remembers of it.
 */
function endCancelled(transport: WebStandardStreamableHTTPServerTransport): void {
  const { onmessage, onerror } = transport;
  transport.onmessage = (message, extra) => {
    onmessage?.(message, extra);
    if (!('method' in message) || message.method !== 'notifications/cancelled') return;
    const id = message.params?.['requestId'];
    if (typeof id !== 'string' && typeof id !== 'number') return;
    transport.closeSSEStream(id);
    // That it reaches nobody is no error.
    transport.onerror = () => {};
    const error = { code: ProtocolErrorCode.InternalError, message: 'cancelled' };
    transport.send({ jsonrpc: '2.0', id, error }).catch(() => {});
    if (onerror !== undefined) transport.onerror = onerror;
  };
}
