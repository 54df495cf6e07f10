import { Server } from '@modelcontextprotocol/server';
import { expect, test } from 'vitest';
import type { Exchange } from '../../../src/daemon/http/exchange.ts';
import { createSessions } from '../../../src/daemon/http/sessions.ts';

/** At most two sessions; time passes when it is told to. */
function stand() {
  const timers = new Set<() => void>();
  let ended = 0;
  const sessions = createSessions({
    serverFor(onClose) {
      onClose(() => {
        ended += 1;
      });
      const server = new Server({ name: 'stand', version: '1' }, { capabilities: { tools: {} } });
      server.setRequestHandler('tools/list', () => ({ tools: [] }));
      return server;
    },
    mostSessions: 2,
    idleMs: 1_000,
    after(_, run) {
      timers.add(run);
      return { cancel: () => timers.delete(run) };
    },
    log: () => {},
  });

  /** The answer, its exchange still open, and what ends it. */
  async function open(body: unknown, session?: string, method = 'POST') {
    const ends: (() => void)[] = [];
    const exchange: Exchange = {
      request: new Request('http://localhost/mcp', {
        method,
        headers: {
          Accept: 'application/json, text/event-stream',
          'Content-Type': 'application/json',
          ...(session === undefined ? {} : { 'Mcp-Session-Id': session }),
        },
      }),
      body,
      onEnd: (run) => ends.push(run),
    };
    const answer = await sessions.serve(exchange);
    const end = () => {
      for (const run of ends) run();
    };
    return { answer, end };
  }

  async function send(body: unknown, session?: string, method?: string): Promise<Response> {
    const { answer, end } = await open(body, session, method);
    await answer.clone().text();
    end();
    return answer;
  }

  return {
    sessions,
    timers,
    open,
    send,
    begin: async () => (await send(INITIALIZE)).headers.get('Mcp-Session-Id') ?? '',
    pass: () => {
      for (const run of [...timers]) run();
    },
    get ended() {
      return ended;
    },
  };
}

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } },
};
const LIST = { jsonrpc: '2.0', id: 2, method: 'tools/list' };
const GET = [undefined, 'GET'] as const;

test('a session begins with initialize and is told apart by its name', async () => {
  const { send, begin, sessions } = stand();
  expect((await send(LIST)).status).toBe(400);
  const [first, second] = [await begin(), await begin()];
  expect(first).not.toBe(second);
  expect((await send(LIST, first)).status).toBe(200);
  const unknown = await send(LIST, 'nobody');
  expect(unknown.status).toBe(404);
  expect(await unknown.json()).toMatchObject({ id: 2, error: { message: expect.stringContaining('initialize') } });
  expect(sessions.count).toBe(2);
});

test('one at rest ends in time, one with a stream open does not', async () => {
  const world = stand();
  const [resting, listening] = [await world.begin(), await world.begin()];
  const stream = await world.open(undefined, listening, GET[1]);
  expect(stream.answer.status).toBe(200);
  world.pass();
  expect(world.ended).toBe(1);
  expect((await world.send(LIST, resting)).status).toBe(404);
  expect((await world.send(LIST, listening)).status).toBe(200);
  stream.end();
  world.pass();
  expect(world.ended).toBe(2);
  expect(world.timers.size).toBe(0);
  expect(world.sessions.count).toBe(0);
});

test('room is made by the one that has rested longest, never by one at work', async () => {
  const world = stand();
  const [first, second] = [await world.begin(), await world.begin()];
  await world.send(LIST, first);
  const third = await world.begin();
  expect((await world.send(LIST, second)).status).toBe(404);
  await world.open(undefined, first, GET[1]);
  await world.open(undefined, third, GET[1]);
  expect((await world.send(INITIALIZE)).status).toBe(503);
  await world.sessions.close();
  expect(world.ended).toBe(3);
});

test('an initialize that is refused leaves no session', async () => {
  const world = stand();
  const ends: (() => void)[] = [];
  const request = new Request('http://localhost/mcp', { method: 'POST', headers: { Accept: 'text/html' } });
  const answer = await world.sessions.serve({ request, body: INITIALIZE, onEnd: (run) => ends.push(run) });
  for (const end of ends) end();
  expect(answer.status).toBe(406);
  expect(world.sessions.count).toBe(0);
  expect(world.ended).toBe(1);
  expect(world.timers.size).toBe(0);
});
