import type { Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type CliSession, openSession } from '../../src/cli/session.ts';
import { createLines } from '../../src/home/lines.ts';
import { type SocketPair, socketPair } from '../front/socket-pair.ts';

const pairs: SocketPair[] = [];
afterEach(async () => {
  await Promise.all(pairs.splice(0).map((pair) => pair.close()));
});

type Json = Record<string, unknown>;

/** A session, and a daemon's end that answers each request with what `reply` says; null: nothing. */
async function session(
  reply: (request: Json, send: (message: Json) => void) => Json | null,
): Promise<{ session: CliSession; daemon: Socket; heard: Json[] }> {
  const pair = await socketPair();
  pairs.push(pair);
  const { near: ours, far: daemon } = pair;
  const heard: Json[] = [];
  const send = (message: Json) => {
    daemon.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  };
  const lines = createLines(
    1_000_000,
    (line) => {
      const request: Json = JSON.parse(line.toString());
      heard.push(request);
      if (request['method'] === 'initialize') send({ id: request['id'], result: {} });
      else if (request['id'] !== undefined) {
        const answer = reply(request, send);
        if (answer !== null) send({ id: request['id'], ...answer });
      }
    },
    () => {},
  );
  daemon.on('data', (chunk: Buffer) => lines.push(chunk)).resume();
  return { session: await openSession(ours, '1.0.0'), daemon, heard };
}

test('a call’s result in its parts, progress on the way', async () => {
  const told: string[] = [];
  const { session: one } = await session(({ params }, send) => {
    const { _meta } = params as { _meta: { progressToken: number } };
    send({ method: 'notifications/progress', params: { progressToken: _meta.progressToken, message: 'half' } });
    return {
      result: {
        content: [{ type: 'text', text: 'a' }],
        structuredContent: { error: 'not_found' },
        isError: true,
        _meta: { 'devtool-mcp': { cursor: 7 } },
      },
    };
  });
  const answer = await one.call('proc', { action: 'list' }, { onProgress: (message) => told.push(message) });
  expect(answer).toEqual({ text: 'a', data: { error: 'not_found' }, isError: true, facts: { cursor: 7 } });
  expect(told).toEqual(['half']);
});

test('updates of what was subscribed to, and a ping is answered', async () => {
  let updates = 0;
  const { session: one, heard } = await session((request, send) => {
    if (request['method'] === 'resources/subscribe') {
      send({ id: 99, method: 'ping' });
      send({ method: 'notifications/resources/updated', params: { uri: 'devtool://other' } });
      send({ method: 'notifications/resources/updated', params: { uri: 'devtool://events' } });
      return { result: {} };
    }
    return { result: { contents: [{ text: 'x' }] } };
  });
  await one.subscribe('devtool://events', () => {
    updates += 1;
  });
  expect(await one.read('devtool://events')).toBe('x');
  expect(updates).toBe(1);
  expect(heard).toContainEqual({ jsonrpc: '2.0', id: 99, result: {} });
});

test('an error of the protocol rejects the one that it is about', async () => {
  const { session: one } = await session(() => ({ error: { code: -32_602, message: 'no such resource' } }));
  await expect(one.read('devtool://x')).rejects.toThrow('no such resource');
});

test.each<[string, (daemon: Socket) => void, RegExp]>([
  ['ends', (daemon) => daemon.destroy(), /connection to the daemon was lost/],
  ['sends no JSON', (daemon) => daemon.write('junk\n'), /a line that is no message/],
])('a daemon that %s: what is under way is refused, and what comes later', async (_, lose, why) => {
  const { session: one, daemon } = await session(() => null);
  const under = one.call('proc', {});
  lose(daemon);
  await expect(under).rejects.toThrow(why);
  await expect(one.call('proc', {})).rejects.toThrow(why);
  await one.closed;
});
