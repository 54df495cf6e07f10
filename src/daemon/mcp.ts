/** One connection's MCP server, for both protocol eras: tools from the table, process output as resources, prompts. */
import {
  CLIENT_INFO_META_KEY,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { Fault } from '../text/fault.ts';
import { completionOf } from '../tools/completion.ts';
import { promptList, promptNamed } from '../tools/prompts.ts';
import { listResources, RESOURCE_TEMPLATES, readResource, watchResources } from '../tools/resources.ts';
import { renderedFault, respond } from '../tools/respond.ts';
import { TOOLS } from '../tools/table.ts';
import type { Call, Caller } from '../tools/tool.ts';
import type { Workbench } from '../tools/workbench.ts';
import { introduction } from './introduction.ts';
import type { Listened } from './listened.ts';

export interface Connection {
  /**
   * Which updates of resources this server tells: of those that were subscribed to (2025 era), of those that are listened to (2026
   * era), or none, where the caller sees to that.
   */
  readonly updates: 'subscribed' | Listened | 'none';
  readonly version: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Where the client is, as owners of processes are shown: a front's process id. */
  readonly from: string;
  /** A call has named a directory to work in. */
  attend(directory: string): void;
  /** Of this client, under way. */
  readonly calls: { underWay: number };
  /** Whether the client takes what it is told. */
  takes(): boolean;
  /** Work that must end with the connection. */
  onClose(end: () => void): void;
}

export function mcpServer(connection: Connection, workbench: Workbench): Server {
  const server = introduction(connection.version);
  serveTools(server, connection, workbench);
  serveResources(server, connection, workbench);
  servePrompts(server);
  serveCompletion(server, connection, workbench);
  return server;
}

/** Calls of one client that are under way: an agent has a few, and a call may wait for a day. */
const MOST_UNDER_WAY = 64;

function serveTools(server: Server, connection: Connection, workbench: Workbench): void {
  const { calls } = connection;
  server.setRequestHandler('tools/call', async (request, context) => {
    const tool = TOOLS.find(({ name }) => name === request.params.name);
    if (tool === undefined) throw unknownTool(request.params.name);
    if (calls.underWay >= MOST_UNDER_WAY) return renderedFault(tooManyCalls(), workbench);
    calls.underWay += 1;
    // Never rejects.
    const result = await respond(tool, request.params.arguments, callOf(server, connection, context), workbench);
    calls.underWay -= 1;
    return result;
  });
}

const tooManyCalls = (): Fault =>
  new Fault(
    'limit',
    `${MOST_UNDER_WAY} calls of this client are under way`,
    'Wait for one of them to be answered, or cancel one.',
    { limit: MOST_UNDER_WAY },
  );

/** The client's fault, not the model's: a model calls what is listed. */
function unknownTool(name: string): ProtocolError {
  const valid = TOOLS.map((tool) => tool.name);
  const said = `tool ${JSON.stringify(name.slice(0, MOST_NAME))} is unknown. Use one of: ${valid.join(', ')}.`;
  return new ProtocolError(ProtocolErrorCode.InvalidParams, said, { valid });
}

const MOST_NAME = 200;

function callOf(server: Server, connection: Connection, context: ServerContext): Call {
  return {
    caller: callerOf(server, connection, context),
    signal: context.mcpReq.signal,
    progress: progressOf(connection, context),
  };
}

function callerOf(server: Server, connection: Connection, context?: ServerContext): Caller {
  const named = context?.mcpReq._meta?.[CLIENT_INFO_META_KEY] ?? server.getClientVersion();
  const name = typeof named === 'object' && named !== null && 'name' in named ? String(named.name) : 'client';
  const { cwd, env, from, attend } = connection;
  return { cwd, env, attend, name: `${name} (${from})` };
}

/** Progress is told only to a client that asked for it and takes it; a client that has gone is no error. */
function progressOf(connection: Connection, context: ServerContext): Call['progress'] {
  const progressToken = context.mcpReq._meta?.progressToken;
  if (progressToken === undefined) return null;
  let progress = 0;
  return (message) => {
    if (!connection.takes()) return;
    progress += 1;
    const params = { progressToken, progress, message };
    context.mcpReq.notify({ method: 'notifications/progress', params }).catch(() => {});
  };
}

function servePrompts(server: Server): void {
  server.setRequestHandler('prompts/list', () => ({ prompts: promptList() }));
  server.setRequestHandler('prompts/get', ({ params }) => {
    try {
      return promptNamed(params.name, params.arguments);
    } catch (error) {
      throw error instanceof Fault ? new ProtocolError(ProtocolErrorCode.InvalidParams, error.text) : error;
    }
  });
}

function serveCompletion(server: Server, connection: Connection, workbench: Workbench): void {
  server.setRequestHandler('completion/complete', ({ params }, context) => {
    const given = params.context?.arguments ?? {};
    const { ref, argument } = params;
    const values = completionOf(ref, argument, given, callerOf(server, connection, context), workbench);
    if (values === null)
      throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'there is no such prompt or template');
    const shown = values.slice(0, MOST_VALUES);
    return { completion: { values: shown, total: values.length, hasMore: values.length > shown.length } };
  });
}

/** As the specification has it. */
const MOST_VALUES = 100;

/** Addresses that one client watches: more than a person's projects have. */
export const MOST_WATCHED = 1_024;

/** 2025-era clients name each resource that they watch. */
function serveResources(server: Server, connection: Connection, workbench: Workbench): void {
  const caller = (context?: ServerContext) => callerOf(server, connection, context);
  const { updates } = connection;
  const watched = new Set<string>();
  server.setRequestHandler('resources/list', (_, context) => ({
    resources: listResources(caller(context), workbench),
  }));
  server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [...RESOURCE_TEMPLATES] }));
  server.setRequestHandler('resources/read', async ({ params }, context) => {
    try {
      return { contents: [await readResource(params.uri, caller(context), workbench)] };
    } catch (error) {
      throw error instanceof Fault ? new ResourceNotFoundError(params.uri, error.text) : error;
    }
  });
  if (updates === 'none') return;
  if (updates === 'subscribed') {
    server.setRequestHandler('resources/subscribe', (request) => {
      if (watched.size >= MOST_WATCHED)
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, `${MOST_WATCHED} resources are watched: end one`);
      watched.add(request.params.uri);
      // Who watched nothing may be waiting for long.
      workbench.processes.changes.announce();
      return {};
    });
    server.setRequestHandler('resources/unsubscribe', (request) => {
      watched.delete(request.params.uri);
      return {};
    });
  }
  const stop = watchResources(
    caller(),
    workbench,
    updates === 'subscribed' ? () => (watched.size > 0 ? watched : null) : updates.uris,
    connection.takes,
    (uri) => void server.sendResourceUpdated({ uri }).catch(() => {}),
  );
  connection.onClose(stop);
}
