import { deserializeMessage } from '@modelcontextprotocol/server';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { idAtAnEnd, readFromClient, readMessage } from '../../src/front/message.ts';

const read = (text: string) => readMessage(Buffer.from(text));

test.each([
  ['{"jsonrpc":"2.0","id":1,"method":"ping"}\n', { kind: 'request', id: 1, method: 'ping', params: {} }],
  ['{"jsonrpc":"2.0","id":"1","method":"x","params":{"a":1}}\r\n', { kind: 'request', id: '1', params: { a: 1 } }],
  ['{"jsonrpc":"2.0","method":"notifications/x"}', { kind: 'notification', method: 'notifications/x' }],
  ['{"jsonrpc":"2.0","id":0,"result":{}}', { kind: 'answer', id: 0, ok: true, turnedAway: false }],
  ['{"jsonrpc":"2.0","id":0,"error":{"code":1,"message":""}}', { kind: 'answer', id: 0, ok: false, turnedAway: false }],
  [
    '{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":""}}',
    { kind: 'answer', id: null, ok: false, turnedAway: false },
  ],
  ['', { kind: 'blank' }],
  [' \r\n', { kind: 'blank' }],
])('%s', (text, expected) => {
  expect(read(text)).toMatchObject(expected);
});

test.each([
  ['{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"a":"', 'x"}}\n', 7],
  ['{"id":"a-1","method":"tools/call","params":{"a":"', 'x"}}\n', 'a-1'],
  ['{"method":"tools/call","params":{"a":"', 'x"},"jsonrpc":"2.0","id":7}\r\n', 7],
  ['{"method":"tools/call","params":{"a":"', 'x"}, "id": 7, "jsonrpc": "2.0" }\n', 7],
  ['{"method":"tools/call","params":{"id":8,"a":"', 'x","id":8}}\n', null],
  ['{"method":"tools/call","id":7,"params":{"a":"', 'x"}}\n', null],
  ['{"jsonrpc":"2.0","id":1.5,"method":"', '"}\n', null],
])('of a line too long to be read, %s … %s, the id is %s', (head, tail, id) => {
  expect(idAtAnEnd({ head: Buffer.from(head), tail: Buffer.from(tail) })).toBe(id);
});

test.each([
  ['{"jsonrpc":"2.0","id":1,"method":"x"', null, -32700],
  ['hello', null, -32700],
  ['\ufeff{}x', null, -32700],
  ['[{"jsonrpc":"2.0","id":1,"method":"x"}]', null, -32600],
  ['null', null, -32600],
  ['1', null, -32600],
  ['{}', null, -32600],
  ['{"id":7,"method":"x"}', 7, -32600],
  ['{"jsonrpc":"1.0","id":7,"method":"x"}', 7, -32600],
  ['{"jsonrpc":"2.0","id":7}', 7, -32600],
  ['{"jsonrpc":"2.0","id":7,"method":5}', 7, -32600],
  ['{"jsonrpc":"2.0","id":7,"method":"x","params":[1]}', 7, -32600],
  ['{"jsonrpc":"2.0","id":7,"method":"x","params":"y"}', 7, -32600],
  ['{"jsonrpc":"2.0","id":7,"method":"x","params":{"_meta":null}}', 7, -32600],
  ['{"jsonrpc":"2.0","id":7,"method":"x","params":{"_meta":{"progressToken":1.5}}}', 7, -32600],
  ['{"jsonrpc":"2.0","id":7,"method":"x","extra":1}', 7, -32600],
  ['{"jsonrpc":"2.0","id":null,"method":"x"}', null, -32600],
  ['{"jsonrpc":"2.0","id":1.5,"method":"x"}', null, -32600],
  ['{"jsonrpc":"2.0","id":{"a":1},"method":"x"}', null, -32600],
  ['{"jsonrpc":"2.0","result":{}}', null, -32600],
  ['{"jsonrpc":"2.0","id":7,"result":5}', 7, -32600],
])('%s is refused, as id %s', (text, id, code) => {
  expect(read(text)).toMatchObject({ kind: 'refused', id, code });
});

test('no request passes that the daemon would drop without an answer', () => {
  const id = fc.oneof(fc.integer(), fc.string(), fc.constant(null), fc.double(), fc.constant(undefined));
  const named = ['progressToken', 'related-task', 'protocolVersion', 'clientInfo', 'subscriptionId', 'x'];
  const name = fc.constantFrom(...named.flatMap((one) => [one, `io.modelcontextprotocol/${one}`]));
  const task = fc.record({ taskId: fc.oneof(fc.string(), fc.integer()) }, { requiredKeys: [] });
  const _meta = fc.oneof(fc.jsonValue(), fc.dictionary(name, fc.oneof(fc.jsonValue(), task, fc.integer())));
  const params = fc.oneof(
    fc.constant(undefined),
    fc.dictionary(fc.string(), fc.jsonValue()),
    fc.jsonValue(),
    fc.record({ _meta }),
  );
  const jsonrpc = fc.constantFrom('2.0', '1.0', undefined);
  const shapes = fc.record({ jsonrpc, id, method: fc.oneof(fc.string(), fc.integer()), params }, { requiredKeys: [] });
  fc.assert(
    fc.property(shapes, (value) => {
      const text = JSON.stringify(value);
      if (read(text).kind !== 'request') return;
      expect(() => deserializeMessage(text)).not.toThrow();
    }),
    { numRuns: 2_000 },
  );
});

test('a client’s message of too many values is refused unread', () => {
  const line = (id: number, values: number) =>
    Buffer.from(`{"jsonrpc":"2.0","id":${id},"method":"x","params":{"a":[${'0,'.repeat(values)}0]}}`);
  expect(readFromClient(line(1, 49_000))).toMatchObject({ kind: 'request', id: 1 });
  expect(readFromClient(line(1, 51_000))).toEqual({
    kind: 'refused',
    id: 1,
    code: -32_600,
    why: 'a message has at most 50000 values; nothing of this one was used',
  });
});
