/** What a front remembers of its client's session, so that a daemon that was restarted can be told, and no request stays unanswered. */

export type RequestId = string | number;

export interface Message {
  readonly id?: unknown;
  readonly method?: unknown;
  readonly params?: unknown;
}

export interface SessionMemory {
  /** A message that goes to the daemon. */
  sent(message: Message, line: Buffer): void;
  /** A message that came from the daemon; false when it answers something of ours and the client must not see it. */
  received(message: Message): boolean;
  /** The daemon is lost: the requests that it will not answer any more. Those that only listen are kept, to be sent again. */
  lost(): readonly RequestId[];
  /** What a new daemon must hear first, in order. */
  replay(): readonly Buffer[];
  /** Requests without an answer that somebody waits for. */
  readonly inFlight: number;
}

const newline = Buffer.from('\n');
const isId = (id: unknown): id is RequestId => typeof id === 'string' || typeof id === 'number';

export function createSessionMemory(): SessionMemory {
  const pending = new Map<RequestId, { readonly method: unknown; readonly line: Buffer }>();
  const subscriptions = new Map<string, Buffer>();
  /** Ids whose answers are swallowed: they repeat what the client has had. */
  const repeated = new Set<RequestId>();
  let initialize: { readonly id: RequestId; readonly line: Buffer } | null = null;
  let initialized: Buffer | null = null;
  const isListening = (method: unknown) => method === 'subscriptions/listen';

  return {
    sent(message, line) {
      const { id, method } = message;
      if (method === 'notifications/initialized') initialized = line;
      if (method === 'notifications/cancelled') pending.delete(cancelledId(message));
      if (!isId(id) || typeof method !== 'string') return;
      pending.set(id, { method, line });
      if (method === 'initialize') initialize = { id, line };
      const uri = uriOf(message);
      if (method === 'resources/subscribe' && uri !== null) subscriptions.set(uri, line);
      if (method === 'resources/unsubscribe' && uri !== null) subscriptions.delete(uri);
    },
    received({ id, method }) {
      if (!isId(id) || method !== undefined) return true;
      pending.delete(id);
      return !repeated.delete(id);
    },
    lost() {
      const failed = [...pending].filter(([, { method }]) => !isListening(method)).map(([id]) => id);
      for (const id of failed) pending.delete(id);
      repeated.clear();
      return failed;
    },
    replay() {
      const again: Buffer[] = [];
      const repeat = (line: Buffer) => again.push(Buffer.concat([line, newline]));
      if (initialize !== null) {
        repeated.add(initialize.id);
        repeat(initialize.line);
      }
      if (initialized !== null) repeat(initialized);
      for (const line of subscriptions.values()) {
        const id = idOf(line);
        if (id !== null) repeated.add(id);
        repeat(line);
      }
      for (const { method, line } of pending.values()) if (isListening(method)) repeat(line);
      return again;
    },
    get inFlight() {
      return [...pending.values()].filter(({ method }) => !isListening(method)).length;
    },
  };
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function cancelledId(message: Message): RequestId {
  const id = field(message.params, 'requestId');
  return isId(id) ? id : '';
}

function uriOf(message: Message): string | null {
  const uri = field(message.params, 'uri');
  return typeof uri === 'string' ? uri : null;
}

function idOf(line: Buffer): RequestId | null {
  const id = field(JSON.parse(line.toString('utf8')), 'id');
  return isId(id) ? id : null;
}
