/** An MCP session with the daemon over its socket: what every command speaks through. */
import type { Socket } from 'node:net';
import {
  Client,
  type JSONRPCMessage,
  ReadBuffer,
  serializeMessage,
  type Transport,
} from '@modelcontextprotocol/client';

export interface ToolAnswer {
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>> | null;
  readonly isError: boolean;
  /** `_meta["devtool-mcp"]` of text results. */
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface CliSession {
  /** JSON Schema properties of each tool's parameters, by tool name. */
  tools(): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>>;
  call(tool: string, parameters: Record<string, unknown>): Promise<ToolAnswer>;
  close(): Promise<void>;
}

const CALL_TIMEOUT_MS = 24 * 60 * 60 * 1_000;

/** `socket` has exchanged its hello lines already. */
export async function openSession(socket: Socket): Promise<CliSession> {
  const client = new Client({ name: 'devtool-mcp-cli', version: __VERSION__ });
  await client.connect(socketTransport(socket));
  return {
    async tools() {
      const { tools } = await client.listTools();
      return new Map(tools.map((tool) => [tool.name, tool.inputSchema.properties ?? {}]));
    },
    async call(name, parameters) {
      const result = await client.callTool({ name, arguments: parameters }, { timeout: CALL_TIMEOUT_MS });
      const text = result.content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
      const facts = result._meta?.['devtool-mcp'];
      return {
        text,
        data: isRecord(result.structuredContent) ? result.structuredContent : null,
        isError: result.isError === true,
        facts: isRecord(facts) ? facts : {},
      };
    },
    close: () => client.close(),
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** MCP's line framing over a socket that is open. */
function socketTransport(socket: Socket): Transport {
  const buffer = new ReadBuffer();
  const transport: Transport = {
    async start() {
      socket.on('data', (chunk: Buffer) => {
        buffer.append(chunk);
        deliver(transport, buffer);
      });
      socket.on('error', (error) => transport.onerror?.(error));
      socket.on('close', () => transport.onclose?.());
      socket.resume();
    },
    send: (message) =>
      new Promise((resolve, reject) => {
        socket.write(serializeMessage(message), (error) => (error ? reject(error) : resolve()));
      }),
    async close() {
      socket.destroy();
    },
  };
  return transport;
}

function deliver(transport: Transport, buffer: ReadBuffer): void {
  for (let message: JSONRPCMessage | null = buffer.readMessage(); message !== null; message = buffer.readMessage()) {
    transport.onmessage?.(message);
  }
}
