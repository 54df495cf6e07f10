/** The daemon's door for MCP over HTTP: loopback only, guarded, with limits on what a client can hold. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { finished } from 'node:stream/promises';
import { MOST_VALUES } from '../../home/values-in.ts';
import type { Holdings } from '../holdings.ts';
import type { Endpoint } from './endpoint.ts';
import { type Exchange, leaving, readBody, refused, webRequest, writeAnswer } from './exchange.ts';
import { PATH, type Refusal, refusalOf } from './guard.ts';
import { roomOf } from './room.ts';

export interface HttpDoorParts {
  /** 0: any that is free. */
  readonly port: number;
  readonly token: string;
  readonly endpoint: Endpoint;
  /** Of all connections, those of the socket too. */
  readonly holdings: Holdings;
  log(line: string): void;
}

interface Door extends HttpDoorParts {
  /** Answers to calls. */
  readonly underWay: Set<ServerResponse>;
}

export interface HttpDoor {
  readonly url: string;
  close(): Promise<void>;
}

const HOSTS = ['127.0.0.1', '::1'] as const;
/** As on the socket: a line of MCP may carry a large argument. */
const MOST_BODY_BYTES = 16 * 1_048_576;
/** Calls under way of all clients: one that keeps a session has at most 64 of them. */
const MOST_UNDER_WAY = 256;
/** For who has sent more than that. */
const READ_ON_MS = 5_000;
const MOST_CONNECTIONS = 512;
const HEAD_WITHIN_MS = 10_000;
const BODY_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 1_000;
/** Who takes nothing of an answer for so long has left. */
const PATIENCE_MS = 60_000;
const PARSE_ERROR = -32_700;

/** Rejects when the port cannot be had. */
export async function openHttpDoor(parts: HttpDoorParts): Promise<HttpDoor> {
  const servers: Server[] = [];
  const door: Door = { ...parts, underWay: new Set() };
  let port = parts.port;
  for (const host of HOSTS) {
    const server = newServer((request, response) => void answer(request, response, port, door));
    const listening = await listen(server, host, port);
    // A machine without IPv6 goes on without it; a port that another holds there would answer for `localhost`.
    if (listening === null) continue;
    servers.push(server);
    port = listening;
  }
  return {
    url: `http://localhost:${port}${PATH}`,
    async close() {
      await parts.endpoint.close();
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

function newServer(onRequest: (request: IncomingMessage, response: ServerResponse) => void): Server {
  const server = createServer(
    {
      headersTimeout: HEAD_WITHIN_MS,
      requestTimeout: BODY_WITHIN_MS,
      connectionsCheckingInterval: LOOK_EVERY_MS,
      noDelay: true,
    },
    onRequest,
  );
  server.maxConnections = MOST_CONNECTIONS;
  return server;
}

/** The port; null when this machine has no such address. */
function listen(server: Server, host: string, port: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT') resolve(null);
      else reject(error);
    });
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

async function answer(request: IncomingMessage, response: ServerResponse, port: number, door: Door): Promise<void> {
  for (const [name, value] of Object.entries(ALWAYS)) response.setHeader(name, value);
  const signal = leaving(response);
  try {
    const refusal = refusalOf(request, port, door.token);
    const answered = refusal === null ? await served(request, response, signal, door) : turnedAway(request, refusal);
    await writeAnswer(answered, response, signal, PATIENCE_MS);
  } catch (error) {
    if (!signal.aborted) door.log(`http: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    response.destroy();
  }
}

/** Nothing here is for a page, a frame or a cache. */
const ALWAYS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
};

const LAST = { Connection: 'close' };

/** Its body is thrown away: a close with unread bytes would reset the peer before it has read the answer. */
function turnedAway(request: IncomingMessage, { status, why, headers }: Refusal): Response {
  request.resume();
  return refused(status, why, null, { headers: { ...LAST, ...headers } });
}

/** To the end of the body, for a while: a close with unread bytes would reset the peer before it has read the answer. */
async function readOn(request: IncomingMessage): Promise<void> {
  request.resume();
  await finished(request, { writable: false, signal: AbortSignal.timeout(READ_ON_MS) }).catch(() => {});
}

async function served(
  incoming: IncomingMessage,
  response: ServerResponse,
  signal: AbortSignal,
  { endpoint, holdings, underWay }: Door,
): Promise<Response> {
  const room = roomOf(response, holdings);
  const body = await readBody(incoming, { mostBytes: MOST_BODY_BYTES, onBytes: room.came, signal: room.signal });
  room.isRead();
  if (body.kind !== 'json' && body.kind !== 'none') return refusedBody(body.kind, incoming);
  const value = body.kind === 'json' ? body.value : undefined;
  if (isCall(value)) {
    if (underWay.size >= MOST_UNDER_WAY) return refused(429, TOO_MANY_CALLS, value, { headers: RETRY });
    underWay.add(response);
    response.once('close', () => underWay.delete(response));
    room.calls();
  }
  const exchange: Exchange = {
    request: webRequest(incoming, signal),
    body: value,
    onEnd: (run) => void response.once('close', run),
  };
  return endpoint.serve(exchange);
}

const isCall = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && 'method' in body && body.method === 'tools/call';

const RETRY = { 'Retry-After': '1' };
const TOO_MANY_CALLS = `${MOST_UNDER_WAY} calls of clients over HTTP are under way: wait for one of them to be answered, or cancel one`;

/** A body that is not served: the status, what is wrong with it, what to do. */
const UNSERVED = {
  too_large: { status: 413, why: `a message of more than ${MOST_BODY_BYTES} bytes: send a shorter one`, headers: LAST },
  too_many_values: { status: 413, why: `a message of more than ${MOST_VALUES} values: send a shorter one` },
  no_room: {
    status: 503,
    why: 'what clients have sent and not ended, or asked for and not taken, leaves no room for this message: send it again',
    headers: { ...LAST, ...RETRY },
  },
  broken: { status: 400, why: 'the body is no JSON in UTF-8', code: PARSE_ERROR },
} as const;

async function refusedBody(kind: keyof typeof UNSERVED, incoming: IncomingMessage): Promise<Response> {
  await readOn(incoming);
  const { status, why, ...options } = UNSERVED[kind];
  return refused(status, why, null, options);
}
