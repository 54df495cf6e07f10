import { expect, test } from 'vitest';
import { readMessage } from '../../src/front/message.ts';
import { createSessionMemory } from '../../src/front/session-memory.ts';

const INITIALIZE = { id: 0, method: 'initialize', params: { protocolVersion: '2025-11-25' } };
const INITIALIZED = { method: 'notifications/initialized' };
const subscribe = (id: number, uri: string) => ({ id, method: 'resources/subscribe', params: { uri } });
const listen = (id: number) => ({ id, method: 'subscriptions/listen', params: { notifications: {} } });
const acknowledged = (id: number) => ({
  method: 'notifications/subscriptions/acknowledged',
  params: { _meta: { 'io.modelcontextprotocol/subscriptionId': id } },
});

/** A memory, spoken to in messages; `replay` as messages. */
function memory() {
  const inner = createSessionMemory();
  const line = (message: object) => Buffer.from(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  return {
    sends: (...messages: object[]) => messages.map((message) => inner.sent(readMessage(line(message)), line(message))),
    hears: (...messages: object[]) => messages.map((message) => inner.received(readMessage(line(message)))),
    answers: (...ids: (number | string)[]) => ids.map((id) => inner.received(readMessage(line({ id, result: {} })))),
    lost: () => inner.lost(),
    replay: () => inner.replay().map((text) => JSON.parse(String(text))),
    inFlight: () => inner.inFlight,
  };
}

test('what is in flight is failed once, numbers and texts apart; what was answered or cancelled is not', () => {
  const session = memory();
  session.sends({ id: 1, method: 'a' }, { id: '1', method: 'b' }, { id: 2, method: 'c' }, { id: 3, method: 'd' });
  session.sends({ method: 'notifications/cancelled', params: { requestId: 3 } });
  session.answers(2);
  expect(session.inFlight()).toBe(2);
  expect(session.lost()).toEqual([1, '1']);
  expect(session.lost()).toEqual([]);
  expect(session.inFlight()).toBe(0);
});

test('a settled session is told again under ids of our own, and the answers stay with us', () => {
  const session = memory();
  session.sends(INITIALIZE);
  session.answers(0);
  session.sends(INITIALIZED, subscribe(1, 'u:1'), subscribe(2, 'u:2'), subscribe(3, 'u:3'));
  session.answers(1, 2, 3);
  session.sends({ id: 4, method: 'resources/unsubscribe', params: { uri: 'u:2' } });
  session.answers(4);
  for (let round = 0; round < 2; round++) {
    expect(session.lost()).toEqual([]);
    const again = session.replay();
    expect(again.map(({ method, params }) => [method, params?.uri])).toEqual([
      ['initialize', undefined],
      ['notifications/initialized', undefined],
      ['resources/subscribe', 'u:1'],
      ['resources/subscribe', 'u:3'],
    ]);
    expect(again[0].params).toEqual(INITIALIZE.params);
    const ids = again.flatMap(({ id }) => (id === undefined ? [] : [id]));
    // A client may use a settled id again: only ours are swallowed.
    session.sends({ id: 0, method: 'tools/list' });
    expect(session.answers(...ids, 0)).toEqual([false, false, false, true]);
  }
});

test('what was not settled is failed, and is not told again', () => {
  const session = memory();
  session.sends(INITIALIZE, INITIALIZED, subscribe(1, 'u:1'));
  session.hears({ id: 1, error: { code: -32602, message: 'no' } });
  expect(session.lost()).toEqual([0]);
  expect(session.replay()).toEqual([]);
});

test('a listening request is sent again, not failed; a second acknowledgement stays with us, a first one does not', () => {
  const session = memory();
  session.sends(listen(1), listen(2), listen(3));
  expect(session.hears(acknowledged(1))).toEqual([true]);
  session.sends({ method: 'notifications/cancelled', params: { requestId: 3 } });
  expect(session.inFlight()).toBe(0);
  for (let round = 0; round < 2; round++) {
    expect(session.lost()).toEqual([]);
    expect(session.replay().map(({ id }) => id)).toEqual([1, 2]);
    expect(session.hears(acknowledged(1), acknowledged(2))).toEqual([false, round === 0]);
  }
  expect(session.answers(1)).toEqual([true]);
  session.lost();
  expect(session.replay().map(({ id }) => id)).toEqual([2]);
});

test('an answer to a daemon that is gone goes to no other', () => {
  const session = memory();
  session.hears({ id: 5, method: 'roots/list' }, { id: 6, method: 'roots/list' });
  expect(session.sends({ id: 5, result: {} })).toEqual([true]);
  session.lost();
  expect(session.sends({ id: 6, result: {} }, { id: 5, result: {} })).toEqual([false, false]);
});
