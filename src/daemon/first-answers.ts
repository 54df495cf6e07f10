/** A client's first questions, asked of the daemon's own server: the build writes down what it answers. */
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  InMemoryTransport,
  type JSONRPCMessage,
  PROTOCOL_VERSION_META_KEY,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { FirstAnswers } from '../home/first-answers.ts';
import { introduction } from './introduction.ts';

type Ask = (method: string, params: Record<string, unknown>) => Promise<Record<string, unknown>>;

const CLIENT = { name: 'build', version: __VERSION__ };
const MODERN = '2026-07-28';

/** Rejects when the server refuses one of them. */
export async function firstAnswers(): Promise<FirstAnswers> {
  const versions = SUPPORTED_PROTOCOL_VERSIONS.filter((version) => version !== MODERN);
  return { versions, ...(await asOf2025(versions)), modern: await asOf2026() };
}

/** The version that a client asks for is the one that it is told; nothing else differs. */
async function asOf2025([version = '']: readonly string[]): Promise<Pick<FirstAnswers, 'initialize' | 'tools'>> {
  const ask = await session();
  const { protocolVersion: _, ...initialize } = await ask('initialize', {
    protocolVersion: version,
    capabilities: {},
    clientInfo: CLIENT,
  });
  return { initialize, tools: await ask('tools/list', {}) };
}

async function asOf2026(): Promise<FirstAnswers['modern']> {
  const ask = await session();
  const _meta = {
    [PROTOCOL_VERSION_META_KEY]: MODERN,
    [CLIENT_INFO_META_KEY]: CLIENT,
    [CLIENT_CAPABILITIES_META_KEY]: {},
  };
  const discover = await ask('server/discover', { _meta });
  return { version: MODERN, discover, tools: await ask('tools/list', { _meta }) };
}

async function session(): Promise<Ask> {
  const [client, transport] = InMemoryTransport.createLinkedPair();
  serveStdio(() => introduction(__VERSION__), { transport });
  await client.start();
  let id = 0;
  return async (method, params) => {
    id += 1;
    const answered = new Promise<JSONRPCMessage>((resolve) => {
      client.onmessage = resolve;
    });
    await client.send({ jsonrpc: '2.0', id, method, params });
    const answer = await answered;
    if (!('result' in answer)) throw new Error(`${method}: ${JSON.stringify(answer)}`);
    return answer.result;
  };
}
