/** A client's first questions, answered while the daemon starts, from what the build has written down of the daemon's answers. */
import type { FirstAnswers } from '../home/first-answers.ts';
import { isRecord, type Message } from './message.ts';

type Result = Readonly<Record<string, unknown>>;

const VERSION = 'io.modelcontextprotocol/protocolVersion';
const CLIENT_INFO = 'io.modelcontextprotocol/clientInfo';
const CLIENT_CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';

/** Its result. `isInitialized`: the client has its answer to `initialize`. Null: that one, or a form of it that is not the usual, is the daemon's. */
export function firstAnswer(message: Message, answers: FirstAnswers, isInitialized: boolean): Result | null {
  if (message.kind !== 'request') return null;
  const { method, params } = message;
  if (method === 'initialize') return isInitialized ? null : initialized(params, answers);
  const { _meta: meta = {}, ...rest } = params;
  if (!isRecord(meta) || Object.keys(rest).length > 0) return null;
  if (meta[VERSION] === undefined) return method === 'tools/list' && isInitialized ? answers.tools : null;
  const { version, discover, tools } = answers.modern;
  if (meta[VERSION] !== version || !isNamed(meta[CLIENT_INFO]) || !isRecord(meta[CLIENT_CAPABILITIES])) return null;
  if (method === 'server/discover') return discover;
  return method === 'tools/list' ? tools : null;
}

function initialized(
  { protocolVersion, capabilities, clientInfo, ...rest }: Result,
  { versions, initialize }: FirstAnswers,
): Result | null {
  if (typeof protocolVersion !== 'string' || !versions.includes(protocolVersion)) return null;
  if (!isRecord(capabilities) || !isNamed(clientInfo) || Object.keys(rest).length > 0) return null;
  return { protocolVersion, ...initialize };
}

const isNamed = (info: unknown): boolean =>
  isRecord(info) && typeof info['name'] === 'string' && typeof info['version'] === 'string';
