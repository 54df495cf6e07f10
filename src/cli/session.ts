/**
 * An MCP session with the daemon over its socket: what every command speaks through. By hand: a command is over before the
 * SDK would have been loaded.
 */
import type { Socket } from 'node:net';
import { createLines } from '../home/lines.ts';
import { isRecord, type Json } from './record.ts';

export interface ToolAnswer {
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly isError: boolean;
  /** `_meta["devtool-mcp"]` of text results. */
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface CallOptions {
  /** Hears what a long call does. */
  readonly onProgress?: (message: string) => void;
}

export interface CliSession {
  call(tool: string, parameters: Record<string, unknown>, options?: CallOptions): Promise<ToolAnswer>;
  /** Text of a resource. */
  read(uri: string): Promise<string>;
  /** `onUpdate` is called whenever the resource has changed. */
  subscribe(uri: string, onUpdate: () => void): Promise<void>;
  /** Resolves when the connection is gone, whoever has ended it. */
  readonly closed: Promise<void>;
  close(): void;
}

interface Pending {
  resolve(result: Json): void;
  reject(error: Error): void;
  readonly onProgress: ((message: string) => void) | undefined;
}

const PROTOCOL = '2025-11-25';
/** The daemon's own cap of a line. */
const MOST_LINE_BYTES = 128 * 1_048_576;

/** `socket` has exchanged its hello lines already. */
export async function openSession(socket: Socket, version: string): Promise<CliSession> {
  const pending = new Map<number, Pending>();
  const watched = new Map<string, () => void>();
  let lastId = 0;
  let lost: Error | null = null;
  let over: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    over = resolve;
  });

  const lose = (why: string) => {
    lost ??= new Error(why);
    for (const { reject } of pending.values()) reject(lost);
    pending.clear();
    socket.destroy();
    over();
  };
  const send = (message: Json) => {
    socket.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  };
  const ask = (method: string, params: Json, onProgress?: (message: string) => void): Promise<Json> => {
    if (lost !== null) return Promise.reject(lost);
    lastId += 1;
    const id = lastId;
    const meta = onProgress === undefined ? {} : { _meta: { progressToken: id } };
    return new Promise((resolve, reject) => {
      pending.set(id, { resolve, reject, onProgress });
      send({ id, method, params: { ...params, ...meta } });
    });
  };

  const hear = (message: Json) => {
    const params = isRecord(message['params']) ? message['params'] : {};
    if (message['method'] === 'notifications/resources/updated') watched.get(String(params['uri']))?.();
    else if (message['method'] === 'notifications/progress')
      pending.get(Number(params['progressToken']))?.onProgress?.(String(params['message'] ?? ''));
    // Nothing that a daemon asks of its client is known to us but whether it is there.
    else if (message['method'] !== undefined && message['id'] !== undefined) send({ id: message['id'], result: {} });
    else settle(pending, message);
  };
  const lines = createLines(
    MOST_LINE_BYTES,
    (line) => {
      const message = readLine(line);
      if (message === null) lose('the daemon sent a line that is no message');
      else hear(message);
    },
    ({ bytes }) => lose(`the daemon sent a line of ${bytes} bytes`),
  );
  socket.on('data', (chunk: Buffer) => lines.push(chunk));
  socket.on('error', () => lose(LOST));
  socket.on('close', () => lose(LOST));
  socket.resume();

  const clientInfo = { name: 'devtool-mcp-cli', version };
  await ask('initialize', { protocolVersion: PROTOCOL, capabilities: {}, clientInfo });
  send({ method: 'notifications/initialized' });
  return {
    async call(name, parameters, { onProgress } = {}) {
      return asAnswer(await ask('tools/call', { name, arguments: parameters }, onProgress));
    },
    async read(uri) {
      const { contents } = await ask('resources/read', { uri });
      const first: unknown = Array.isArray(contents) ? contents[0] : null;
      return isRecord(first) ? String(first['text'] ?? '') : '';
    },
    async subscribe(uri, onUpdate) {
      watched.set(uri, onUpdate);
      await ask('resources/subscribe', { uri });
    },
    closed,
    close: () => {
      socket.destroy();
    },
  };
}

const LOST = 'the connection to the daemon was lost: what was asked for may have taken effect';

function readLine(line: Buffer): Json | null {
  try {
    const message: unknown = JSON.parse(line.toString('utf8'));
    return isRecord(message) ? message : null;
  } catch {
    return null;
  }
}

function settle(pending: Map<number, Pending>, { id, result, error }: Json): void {
  const waiting = pending.get(Number(id));
  pending.delete(Number(id));
  if (isRecord(error)) waiting?.reject(new Error(String(error['message'])));
  else waiting?.resolve(isRecord(result) ? result : {});
}

function asAnswer({ content, structuredContent, isError, _meta }: Json): ToolAnswer {
  const parts: readonly unknown[] = Array.isArray(content) ? content : [];
  const text = parts.map((part) => (isRecord(part) ? String(part['text'] ?? '') : '')).join('\n');
  const facts = isRecord(_meta) ? _meta['devtool-mcp'] : null;
  return {
    text,
    data: isRecord(structuredContent) ? structuredContent : null,
    isError: isError === true,
    facts: isRecord(facts) ? facts : {},
  };
}
