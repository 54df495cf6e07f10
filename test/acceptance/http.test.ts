/** MCP over HTTP: the same server as over the socket, behind its guards; sessions that end. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, statSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Client } from '@modelcontextprotocol/client';
import { describe, expect, test } from 'vitest';
import { BIN, ownEnvironment, until, world } from './harness.ts';
import { ACCEPT, type HttpDaemon, httpDaemon } from './http-daemon.ts';

const ERAS = {
  legacy: { versionNegotiation: { mode: 'legacy' } },
  auto: { versionNegotiation: { mode: 'auto' } },
  pinned: { versionNegotiation: { mode: { pin: '2026-07-28' } } },
} as const;

const call = async (client: Client, name: string, parameters: Record<string, unknown>) => {
  const { structuredContent, content } = await client.callTool({ name, arguments: parameters });
  return { ...(structuredContent as Record<string, unknown>), text: (content[0] as { text: string }).text };
};

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'by hand', version: '1' } },
};

test('a client meets what one on stdio meets: tools, prompts, resources, instructions', async () => {
  const here = await world();
  const daemon = await httpDaemon(here);
  for (const versions of Object.values(ERAS)) {
    const [http, stdio] = [await daemon.client(versions), (await here.connect({ versions })).client];
    expect(await http.listTools()).toEqual(await stdio.listTools());
    expect(await http.listPrompts()).toEqual(await stdio.listPrompts());
    expect(await http.listResourceTemplates()).toEqual(await stdio.listResourceTemplates());
    expect(http.getInstructions()).toBe(stdio.getInstructions());
    expect(http.getServerCapabilities()).toEqual(stdio.getServerCapabilities());
    expect(http.getServerVersion()).toEqual(stdio.getServerVersion());
    await http.close();
  }
});

describe.each(Object.entries(ERAS))('a client of the era %s', (era, versions) => {
  test('works in the directory of the daemon, is told how a wait goes, and may give it up', async () => {
    const here = await world();
    const client = await (await httpDaemon(here)).client(versions);
    const watch = await here.connect();
    const started = await call(client, 'run', { command: 'sleep', args: ['60'], id: 's' });
    expect(started).toMatchObject({ path: here.project, owner: 'over-http (http)', state: 'running' });
    const told: string[] = [];
    const cancel = new AbortController();
    const waiting = client.callTool(
      { name: 'proc', arguments: { action: 'wait', process_id: 's', for: 'exit' } },
      { signal: cancel.signal, onprogress: ({ message }) => told.push(message ?? '') },
    );
    await until('it is told', () => told.length > 0);
    expect(told[0]).toMatch(/^waiting for s: exit, \d+ s$/);
    cancel.abort('enough');
    await expect(waiting).rejects.toThrow();
    expect(await call(client, 'proc', { action: 'status', process_id: 's' })).toMatchObject({ state: 'running' });
    expect((await watch.ok('proc', { action: 'list' })).data['active_count']).toBe(1);
    await client.close();
  });

  test('hears of what it subscribed to', async () => {
    const here = await world();
    const client = await (await httpDaemon(here)).client(versions);
    const uri = 'devtool://process/s/output';
    const events = 'devtool://events?kinds=started';
    const heard: string[] = [];
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
      heard.push(params.uri);
    });
    const listening = era === 'legacy' ? null : await client.listen({ resourceSubscriptions: [uri, events] });
    if (era === 'legacy') for (const each of [uri, events]) await client.subscribeResource({ uri: each });
    await call(client, 'run', { command: 'cat', id: 's' });
    await until('the start is told', () => heard.includes(uri) && heard.includes(events));
    const before = heard.length;
    await call(client, 'proc', { action: 'input', process_id: 's', data: 'more\n' });
    await until('more is told', () => heard.length > before);
    expect(new Set(heard)).toEqual(new Set([uri, events]));
    expect((await client.readResource({ uri })).contents[0]).toMatchObject({ text: expect.stringContaining('more') });
    await listening?.close();
    await client.close();
  });
});

describe('who may speak', () => {
  test('nobody without the token, whose file is the user’s alone and ends with the daemon', async () => {
    const here = await world();
    const daemon = await httpDaemon(here);
    const file = join(here.home, 'state/http-token');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8').trim()).toBe(daemon.token);
    expect(daemon.token).toMatch(/^[\w-]{43}$/);
    for (const Authorization of [
      '',
      'Bearer',
      `Bearer ${daemon.token}x`,
      `Bearer ${daemon.token.slice(1)}`,
      daemon.token,
    ]) {
      const answer = await daemon.fetch({ headers: { Authorization }, body: JSON.stringify(INITIALIZE) });
      expect(answer.status, Authorization).toBe(401);
      expect(answer.headers.get('WWW-Authenticate')).toMatch(/^Bearer /);
    }
    expect((await daemon.fetch({ body: JSON.stringify(INITIALIZE) })).status).toBe(200);
    const { data } = await (await here.connect()).ok('daemon', { action: 'info' });
    expect(data['http']).toEqual({ url: daemon.url, token_path: file, error: null });
    expect(await daemon.end()).toBe(0);
    expect(existsSync(file)).toBe(false);
  });

  test('a token of the user’s own stays, and must be theirs alone', async () => {
    const here = await world();
    const file = await here.write('token', 'a-token-of-my-own-with-enough-in-it\n');
    const flags = ['--http=0', `--http-token-file=${file}`];
    chmodSync(file, 0o644);
    await expect(httpDaemon(here, flags)).rejects.toThrow(`chmod 600 ${file}`);
    chmodSync(file, 0o600);
    const served = await httpDaemon(here, flags);
    expect(served.token).toBe('a-token-of-my-own-with-enough-in-it');
    expect((await served.fetch({ body: JSON.stringify(INITIALIZE) })).status).toBe(200);
    await served.end();
    expect(existsSync(file)).toBe(true);
  });

  test('no name but this machine’s, no page of another origin or site, no form; never a word about CORS', async () => {
    const daemon = await httpDaemon(await world());
    const { port } = new URL(daemon.url);
    const cases: [Record<string, string>, number][] = [
      [{ Host: 'evil.test' }, 421],
      [{ Origin: 'https://evil.test' }, 403],
      [{ Origin: 'null' }, 403],
      [{ 'Sec-Fetch-Site': 'cross-site' }, 403],
      [{ 'Content-Type': 'text/plain' }, 415],
      [{ Origin: `http://localhost:${port}`, 'Sec-Fetch-Site': 'same-origin' }, 200],
      [{ Host: `127.0.0.1:${port}` }, 200],
    ];
    for (const [headers, status] of cases) {
      const answer = await raw(daemon, 'POST', '/mcp', headers, JSON.stringify(INITIALIZE));
      expect(answer.statusCode, JSON.stringify(headers)).toBe(status);
      for (const name of Object.keys(answer.headers)) expect(name).not.toMatch(/^access-control-/);
    }
  });

  test('two Hosts, another path, other methods, a preflight', async () => {
    const daemon = await httpDaemon(await world());
    const host = new URL(daemon.url).host;
    const status = async (method: string, path: string, headers: Record<string, string | string[]> = {}) =>
      (await raw(daemon, method, path, headers)).statusCode;
    expect(await status('GET', '/mcp', { Host: [host, host] })).toBe(400);
    expect(await status('GET', '/')).toBe(404);
    expect(await status('GET', `http://${host}/mcp`)).toBe(404);
    expect(await status('PUT', '/mcp')).toBe(405);
    expect(await status('GET', '/mcp', { 'MCP-Protocol-Version': '2026-07-28' })).toBe(405);
    expect(await status('OPTIONS', '/mcp', { Origin: 'https://evil.test' })).toBe(403);
    expect(await status('OPTIONS', '/mcp', { Origin: `http://${host}` })).toBe(405);
  });
});

describe('what is sent', () => {
  test('10 MB are answered; what is no JSON, no UTF-8 or too large is refused, and the next one is served', async () => {
    const daemon = await httpDaemon(await world());
    const client = await daemon.client();
    const large = await call(client, 'proc', { action: 'status', process_id: 'x'.repeat(10_000_000) });
    expect(large.text).toMatch(/^not_found: /);
    expect((await daemon.fetch({ body: '{' })).status).toBe(400);
    expect((await daemon.fetch({ body: Buffer.from([0x22, 0xff, 0x22]) })).status).toBe(400);
    expect((await daemon.fetch({ body: `"${'x'.repeat(96 * 1_048_576)}"` })).status).toBe(413);
    expect((await daemon.fetch({ body: '[]' })).status).toBe(400);
    expect((await daemon.fetch({ body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }) })).status).toBe(
      400,
    );
    expect((await client.listTools()).tools).toHaveLength(9);
    await client.close();
  });
});

describe('what is left', () => {
  test('a session ends when it is deleted, and is unknown then', async () => {
    const here = await world();
    const daemon = await httpDaemon(here);
    const watch = await here.connect();
    const clients = async () => (await watch.ok('daemon', { action: 'info' })).data['clients'];
    const begun = await daemon.fetch({ body: JSON.stringify(INITIALIZE) });
    await begun.text();
    const session = { 'Mcp-Session-Id': begun.headers.get('Mcp-Session-Id') ?? '' };
    expect(await clients()).toBe(2);
    const list = { headers: session, body: JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/list' }) };
    expect((await daemon.fetch(list)).status).toBe(200);
    expect((await daemon.fetch({ method: 'DELETE', headers: session })).status).toBe(200);
    expect((await daemon.fetch(list)).status).toBe(404);
    expect(await clients()).toBe(1);
  });

  test('a stream whose client has left makes room for the next, and a cancelled call ends its exchange', async () => {
    const daemon = await httpDaemon(await world());
    const begun = await daemon.fetch({ body: JSON.stringify(INITIALIZE) });
    await begun.text();
    const headers = {
      'Mcp-Session-Id': begun.headers.get('Mcp-Session-Id') ?? '',
      'Mcp-Protocol-Version': '2025-11-25',
    };
    for (let n = 0; n < 3; n++) {
      const leave = new AbortController();
      await until('the stream is free', async () => {
        const stream = await daemon.fetch({ method: 'GET', headers, signal: leave.signal });
        return stream.status === 200;
      });
      leave.abort();
    }
    const post = (message: object) => daemon.fetch({ headers, body: JSON.stringify({ jsonrpc: '2.0', ...message }) });
    const waiting = await post({
      id: 7,
      method: 'tools/call',
      params: { name: 'run', arguments: { command: 'sleep', args: ['60'], id: 's', wait_for: 'exit' } },
    });
    expect((await post({ method: 'notifications/cancelled', params: { requestId: 7 } })).status).toBe(202);
    expect(await waiting.text()).toBe('');
  });
});

describe('a port that is taken', () => {
  test('by a flag the daemon does not start; by the environment it serves the socket and says why not', async () => {
    const here = await world();
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    const address = holder.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const env = { ...ownEnvironment(), DEVTOOL_MCP_HOME: here.home };
    const started = spawnSync(process.execPath, [BIN, 'daemon', 'run', `--http=${port}`], { env, encoding: 'utf8' });
    expect(started).toMatchObject({ status: 1, stderr: expect.stringContaining('EADDRINUSE') });
    expect(spawnSync(process.execPath, [BIN, 'daemon', 'run', '--https'], { env, encoding: 'utf8' })).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('--http[=PORT]'),
    });
    const session = await here.connect({ env: { DEVTOOL_MCP_HTTP: String(port) } });
    const { data } = await session.ok('daemon', { action: 'info' });
    expect(data['http']).toEqual({ url: null, token_path: null, error: expect.stringContaining('EADDRINUSE') });
    holder.close();
  });
});

/** With fields that `fetch` does not let through. */
function raw(
  daemon: HttpDaemon,
  method: string,
  path: string,
  headers: Record<string, string | string[]>,
  body = '',
): Promise<IncomingMessage> {
  const { port, host } = new URL(daemon.url);
  const fields = Object.entries({
    Host: host,
    Authorization: `Bearer ${daemon.token}`,
    Accept: ACCEPT,
    'Content-Type': 'application/json',
    'Content-Length': String(body.length),
    ...headers,
  });
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, setHost: false, agent: false }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer));
    });
    for (const [name, value] of fields) sent.setHeader(name, value);
    sent.on('error', reject);
    sent.end(body);
  });
}
