/** A daemon that serves HTTP as well, started by hand, and clients that find it where it says. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterEach } from 'vitest';
import { BIN, ownEnvironment, type World } from './harness.ts';

export interface HttpDaemon {
  readonly url: string;
  readonly token: string;
  readonly process: ChildProcess;
  client(versions?: ConstructorParameters<typeof Client>[1]): Promise<Client>;
  /** A request with the token and JSON, unless `init` says otherwise. */
  fetch(init?: RequestInit, path?: string): Promise<Response>;
  end(): Promise<number | null>;
}

export async function httpDaemon(
  { home, project }: World,
  flags: readonly string[] = ['--http=0'],
): Promise<HttpDaemon> {
  const process_ = spawn(process.execPath, [BIN, 'daemon', 'run', ...flags], {
    cwd: project,
    env: { ...ownEnvironment(), DEVTOOL_MCP_HOME: home },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(process_, 'exit');
  running.push(process_);
  const { url, tokenPath } = await announced(process_);
  const token = readFileSync(tokenPath, 'utf8').trim();
  const authorization = { Authorization: `Bearer ${token}` };
  return {
    url,
    token,
    process: process_,
    async client(versions = {}) {
      const client = new Client({ name: 'over-http', version: '1.0.0' }, versions);
      const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: authorization } });
      await client.connect(transport);
      return client;
    },
    fetch: (init = {}, path = '') =>
      fetch(`${url}${path}`, {
        method: 'POST',
        ...init,
        headers: { ...authorization, 'Content-Type': 'application/json', Accept: ACCEPT, ...headersOf(init) },
      }),
    async end() {
      process_.kill('SIGTERM');
      await exited;
      return process_.exitCode;
    },
  };
}

const running: ChildProcess[] = [];

afterEach(async () => {
  for (const process_ of running.splice(0)) {
    if (process_.exitCode !== null || process_.signalCode !== null) continue;
    const exited = once(process_, 'exit');
    process_.kill('SIGTERM');
    await exited;
  }
});

export const ACCEPT = 'application/json, text/event-stream';
const headersOf = ({ headers = {} }: RequestInit) => Object.fromEntries(new Headers(headers));

async function announced(process_: ChildProcess): Promise<{ url: string; tokenPath: string }> {
  if (process_.stderr === null) throw new Error('no stderr');
  const said: string[] = [];
  for await (const line of createInterface({ input: process_.stderr })) {
    said.push(line);
    const [, url, tokenPath] = /MCP over HTTP at (\S+); the bearer token is in (.+)$/.exec(line) ?? [];
    if (url === undefined || tokenPath === undefined) continue;
    process_.stderr.resume();
    return { url, tokenPath };
  }
  throw new Error(`the daemon serves no HTTP: ${said.join('\n')}`);
}
