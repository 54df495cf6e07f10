/**
 * What a front remembers of its client's session, so that no request stays unanswered when the daemon is lost, and the next daemon
 * can be told what the client believes is settled: initialize, what it subscribed to (2025 era) and listens to (2026-07-28).
 */
import { isId, isRecord, type Message, type RequestId } from './message.ts';

export interface SessionMemory {
  /** A message of the client's, daemon or not; false when it answers a daemon that is gone. */
  sent(message: Message, line: Buffer): boolean;
  /** A message of the daemon's; false when it answers something of ours and the client must not see it. */
  received(message: Message): boolean;
  /** A request that the daemon has turned away, to be sent to the next one; null: too long to be kept. */
  turnedAway(id: RequestId): Buffer | null;
  /** The daemon is lost: the requests that it will not answer any more. Those that only listen are kept. */
  lost(): readonly RequestId[];
  /** What a new daemon must hear first, in order. */
  replay(): readonly Buffer[];
  /** The client has its answer to `initialize`. */
  readonly isInitialized: boolean;
  /** Requests whose answers the client waits for. */
  readonly inFlight: number;
}

interface Pending {
  readonly method: string;
  /** To be sent again. Of what is asked for once only where it is short: a request may have megabytes. */
  readonly line: Buffer | null;
  /** Of what it subscribes to or unsubscribes from. */
  readonly uri: string | null;
  /** A listening request has had its acknowledgement. */
  acknowledged: boolean;
}

const AGAIN: ReadonlySet<string> = new Set(['initialize', 'resources/subscribe', 'subscriptions/listen']);
const LONGEST_KEPT = 65_536;
const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';

export function createSessionMemory(): SessionMemory {
  const pending = new Map<RequestId, Pending>();
  const subscriptions = new Map<string, Buffer>();
  /** Requests of the daemon's that the client has not answered. */
  const asked = new Set<RequestId>();
  /** Our own ids: the client has had these answers. */
  const repeated = new Set<RequestId>();
  /** Listening requests that were sent again: the client has had their acknowledgements. */
  const acknowledgedTwice = new Set<RequestId>();
  let initialize: Buffer | null = null;
  let initialized: Buffer | null = null;
  let repeats = 0;

  function settle(id: RequestId, ok: boolean): void {
    const request = pending.get(id);
    pending.delete(id);
    if (request === undefined || !ok) return;
    const { method, line, uri } = request;
    if (method === 'initialize') initialize = line;
    if (method === 'resources/subscribe' && uri !== null && line !== null) subscriptions.set(uri, line);
    if (method === 'resources/unsubscribe' && uri !== null) subscriptions.delete(uri);
  }

  /** True for the acknowledgement of a request that was sent again. */
  function isAcknowledgedTwice(params: Readonly<Record<string, unknown>>): boolean {
    const id = isRecord(params['_meta']) ? params['_meta'][SUBSCRIPTION_ID] : undefined;
    if (!isId(id)) return false;
    const request = pending.get(id);
    if (request !== undefined) request.acknowledged = true;
    return acknowledgedTwice.delete(id);
  }

  /** The same request under an id of ours, which no answer to the client bears. */
  function again(line: Buffer): Buffer {
    repeats += 1;
    const id = `devtool-mcp:again:${repeats}`;
    repeated.add(id);
    return Buffer.from(`${JSON.stringify({ ...JSON.parse(line.toString('utf8')), id })}\n`);
  }

  return {
    sent(message, line) {
      if (message.kind === 'answer') return message.id !== null && asked.delete(message.id);
      if (message.kind === 'notification') {
        if (message.method === 'notifications/initialized') initialized = line;
        if (message.method === 'notifications/cancelled' && isId(message.params['requestId']))
          pending.delete(message.params['requestId']);
      }
      if (message.kind === 'request') {
        const { id, method, params } = message;
        const uri = typeof params['uri'] === 'string' ? params['uri'] : null;
        pending.set(id, { method, line: isKept(method, line) ? line : null, uri, acknowledged: false });
      }
      return true;
    },
    received(message) {
      if (message.kind === 'request') asked.add(message.id);
      if (message.kind === 'notification' && message.method === 'notifications/subscriptions/acknowledged')
        return !isAcknowledgedTwice(message.params);
      if (message.kind !== 'answer' || message.id === null) return true;
      settle(message.id, message.ok);
      return !repeated.delete(message.id);
    },
    turnedAway(id) {
      const line = pending.get(id)?.line ?? null;
      if (line !== null) pending.delete(id);
      return line;
    },
    lost() {
      const failed = [...pending].filter(([, { method }]) => !isListening(method)).map(([id]) => id);
      for (const id of failed) pending.delete(id);
      for (const gone of [asked, repeated, acknowledgedTwice]) gone.clear();
      return failed;
    },
    replay() {
      const lines = [initialize, ...subscriptions.values()].flatMap((line) => (line === null ? [] : [again(line)]));
      if (initialize !== null && initialized !== null) lines.splice(1, 0, initialized);
      for (const [id, { method, line, acknowledged }] of pending) {
        if (!isListening(method) || line === null) continue;
        if (acknowledged) acknowledgedTwice.add(id);
        lines.push(line);
      }
      return lines;
    },
    get isInitialized() {
      return initialize !== null;
    },
    get inFlight() {
      return [...pending.values()].filter(({ method }) => !isListening(method)).length;
    },
  };
}

const isKept = (method: string, line: Buffer): boolean => AGAIN.has(method) || line.length <= LONGEST_KEPT;
const isListening = (method: string): boolean => method === 'subscriptions/listen';
