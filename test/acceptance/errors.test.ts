/** Bad input of each kind: a clear error that names what is right, and nothing lost. */
import { createConnection } from 'node:net';
import { describe, expect, test } from 'vitest';
import { sharedSession } from './harness.ts';

const shared = sharedSession();

describe('wrong arguments name the right ones', () => {
  test.each([
    [
      'proc',
      {},
      /^invalid_argument: action is missing for proc\. Use one of: list, status, output, wait, stop, restart, input, remove, cleanup_port\./,
    ],
    ['proc', { action: 'kill' }, /^invalid_argument: action="kill" is unknown for proc\. Use one of: list/],
    ['proc', { action: 'status' }, /^invalid_argument: process_id is missing/],
    [
      'proc',
      { action: 'stop', proces_id: 'x' },
      /parameter "proces_id" is unknown for proc stop\. Valid: action, process_id, .*Did you mean process_id\?/,
    ],
    ['proc', { action: 'output', process_id: 'x', tail: 'many' }, /^invalid_argument: tail="many"/],
    ['proc', { action: 'output', process_id: 'x', tail: 0 }, /^invalid_argument: tail=0/],
    [
      'proc',
      { action: 'output', process_id: 'x', stream: 'foo' },
      /^invalid_argument: stream="foo".*"combined"\|"stdout"\|"stderr"/,
    ],
    ['proc', { action: 'cleanup_port', port: 0 }, /^invalid_argument: port=0/],
    ['proc', { action: 'cleanup_port', port: -1 }, /^invalid_argument: port=-1/],
    ['proc', { action: 'cleanup_port', port: 65_536 }, /^invalid_argument: port=65536/],
    ['proc', { action: 'wait', process_id: 'x', for: { txt: 'y' } }, /^(invalid_argument|not_found)/],
    ['run', {}, /^invalid_argument: script_name and command are both missing/],
    ['run', { script_name: 'a', command: 'b' }, /^invalid_argument: script_name and command are both given/],
    ['run', { command: 'true', id: '../x' }, /^invalid_argument: id="\.\.\/x" is not an id/],
    ['run', { command: 'true', mode: 'sideways' }, /^invalid_argument: mode="sideways"/],
    ['run', { command: 'true', path: '/no/such/place' }, /^not_found: path="\/no\/such\/place" does not exist/],
    ['run', { command: 'true', path: '/etc/hostname' }, /^invalid_argument: path="\/etc\/hostname" is not a directory/],
    ['run', { script_name: 'dev' }, /^not_found: script_name="dev" is no script/],
    ['detect', { path: '/no/such/place' }, /^not_found/],
    ['detect', { path: 7 }, /^invalid_argument: path=7/],
    ['daemon', { action: 'explode' }, /^invalid_argument: action="explode"/],
  ])('%s %j', async (tool, parameters, expected) => {
    const session = shared();
    const { text, data, isError } = await session.call(tool, parameters);
    expect(isError).toBe(true);
    expect(text).toMatch(expected);
    expect(data['error']).toBe(text.slice(0, text.indexOf(':')));
  });
});

describe('large and broken input', () => {
  test('an argument of 10 MB is answered, and the session goes on', async () => {
    const session = shared();
    const big = 'x'.repeat(10_000_000);
    const unknown = await session.call('proc', { action: 'status', process_id: big });
    expect(unknown.data['error']).toBe('not_found');
    expect(unknown.text.length).toBeLessThan(2_000);
    const tooLong = await session.call('run', { command: 'true', args: [big] });
    expect(tooLong.data).toMatchObject({ error: 'start_failed', reason: 'E2BIG' });
    await session.ok('daemon', { action: 'status' });
  });

  test('garbage on the socket closes that connection alone', async () => {
    const session = shared();
    await session.ok('run', { command: 'sleep', args: ['60'], id: 's' });
    const { data } = await session.ok('daemon', { action: 'info' });
    for (const garbage of ['hello\n', '{"devtool_mcp":{}}\n', '\n', `${'x'.repeat(100)}\n`]) {
      const answer = await new Promise<string>((resolve) => {
        let text = '';
        const socket = createConnection(String(data['socket_path']), () => socket.write(garbage));
        socket.on('data', (chunk) => {
          text += chunk.toString();
        });
        socket.on('close', () => resolve(text));
      });
      expect(JSON.parse(answer)).toMatchObject({ jsonrpc: '2.0', id: null, error: { code: -32600 } });
    }
    const status = await session.ok('proc', { action: 'status', process_id: 's' });
    expect(status.data['state']).toBe('running');
  });
});

test('tools/list is within its budget, in fixed order, each with its four annotations', async () => {
  const session = shared();
  const listed = await session.client.listTools();
  expect(listed.tools.map(({ name }) => name)).toEqual([
    'detect',
    'run',
    'proc',
    'proxy',
    'proxylog',
    'currentpage',
    'timeline',
    'errors',
    'daemon',
  ]);
  expect(JSON.stringify(listed.tools).length / 4).toBeLessThanOrEqual(3_000);
  for (const tool of listed.tools) {
    expect(Object.keys(tool.annotations ?? {}).sort()).toEqual([
      'destructiveHint',
      'idempotentHint',
      'openWorldHint',
      'readOnlyHint',
    ]);
    expect(tool.description?.length).toBeLessThanOrEqual(2_048);
  }
  expect(session.client.getInstructions()?.length).toBeLessThanOrEqual(2_048);
});

test('a tool that is not listed is an error of the protocol, which names those that are', async () => {
  const session = shared();
  await expect(session.call('nothing')).rejects.toMatchObject({
    code: -32_602,
    message: expect.stringContaining(
      'tool "nothing" is unknown. Use one of: detect, run, proc, proxy, proxylog, currentpage, timeline, errors, daemon.',
    ),
  });
});

test('a cancelled wait ends, and the process goes on', async () => {
  const session = shared();
  await session.ok('run', { command: 'sleep', args: ['60'], id: 'c' });
  const cancel = new AbortController();
  const waiting = session.client.callTool(
    { name: 'proc', arguments: { action: 'wait', process_id: 'c', for: 'exit' } },
    { signal: cancel.signal },
  );
  cancel.abort('enough');
  await expect(waiting).rejects.toThrow();
  const { data } = await session.ok('proc', { action: 'status', process_id: 'c' });
  expect(data['state']).toBe('running');
});

test('a long wait tells how it goes, to a client that asked', async () => {
  const session = shared();
  await session.ok('run', { command: 'sleep', args: ['60'], id: 'w' });
  const told: string[] = [];
  await session.client.callTool(
    { name: 'proc', arguments: { action: 'wait', process_id: 'w', for: 'exit', timeout_ms: 2_500 } },
    { onprogress: ({ message }) => told.push(message ?? '') },
  );
  expect(told.length).toBeGreaterThanOrEqual(1);
  expect(told[0]).toMatch(/^waiting for w: exit, \d+ s$/);
});
