/** A client's first questions have the same answers from a front that has no daemon as from the daemon. */
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { BIN, ownEnvironment, world } from './harness.ts';

const CLIENT = { name: 'c', version: '1' };
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': CLIENT,
  'io.modelcontextprotocol/clientCapabilities': {},
};
const LISTED = { method: 'tools/list', params: {} };
const initialize = (protocolVersion: string) => ({
  method: 'initialize',
  params: { protocolVersion, capabilities: {}, clientInfo: CLIENT },
});
const SESSIONS = {
  '2025-11-25': [initialize('2025-11-25'), LISTED],
  '2025-06-18': [initialize('2025-06-18'), LISTED],
  '2025-03-26': [initialize('2025-03-26'), LISTED],
  '2024-11-05': [initialize('2024-11-05'), LISTED],
  '2026-07-28': [
    { method: 'server/discover', params: { _meta: META } },
    { method: 'tools/list', params: { _meta: META } },
  ],
} as const;

/** One front's answers to requests that are sent each when the one before is answered. */
async function answers(bin: string, home: string, requests: readonly object[]): Promise<unknown[]> {
  const env = { ...ownEnvironment(), DEVTOOL_MCP_HOME: home };
  const front = spawn(process.execPath, [bin], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = new Promise((resolve) => front.once('exit', resolve));
  const lines = createInterface({ input: front.stdout })[Symbol.asyncIterator]();
  const found: unknown[] = [];
  for (const [id, request] of requests.entries()) {
    front.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...request })}\n`);
    found.push(JSON.parse((await lines.next()).value ?? 'null'));
  }
  front.stdin.end();
  await exited;
  return found;
}

/** No daemon can come of it. */
function frontAlone(home: string): string {
  const directory = join(home, 'alone');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  for (const name of ['bin.cjs', 'first-answers.json']) copyFileSync(join(dirname(BIN), name), join(directory, name));
  return join(directory, 'bin.cjs');
}

test('the same, in every version of the protocol', async () => {
  const { home, connect } = await world();
  const alone = frontAlone(home);
  await (await connect()).ok('daemon', { action: 'status' });
  for (const [version, requests] of Object.entries(SESSIONS)) {
    const withoutDaemon = await answers(alone, join(home, `without-${version}`), requests);
    expect(withoutDaemon, version).toEqual(await answers(BIN, home, requests));
    expect(withoutDaemon[1], version).toMatchObject({ id: 1, result: { tools: expect.any(Array) } });
  }
});

test('a call of a front that can have no daemon says so', async () => {
  const { home } = await world();
  const alone = frontAlone(home);
  const call = { method: 'tools/call', params: { name: 'detect', arguments: {} } };
  const [, told] = await answers(alone, home, [initialize('2025-11-25'), call]);
  expect(told).toMatchObject({ error: { message: expect.stringContaining('the daemon cannot be started') } });
});
