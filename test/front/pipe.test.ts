import { once } from 'node:events';
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../src/front/clock.ts';
import { runFront } from '../../src/front/pipe.ts';
import { type SocketPair, socketPair } from './socket-pair.ts';
import { until } from './until.ts';

/** A front in this process between a client that is the test and daemons that are the test too. */
function world() {
  const stdin = new PassThrough();
  const stdout = new PassThrough();
  const timers: { ms: number; run: () => void }[] = [];
  const clock: Clock = {
    now: () => 0,
    after(ms, run) {
      const timer = { ms, run };
      timers.push(timer);
      return { cancel: () => timers.splice(timers.indexOf(timer), 1) };
    },
  };
  const daemons: Daemon[] = [];
  const state: State = { parent: process.pid, exits: 0, refuses: null, starts: null, signal: () => {} };
  runFront(
    {
      stdin,
      stdout,
      async connect(starting) {
        if (state.starts !== null) {
          starting();
          await state.starts;
        }
        if (state.refuses !== null) throw new Error(state.refuses);
        const pair = await socketPair();
        pairs.push(pair);
        daemons.push(daemonOf(pair.far));
        return pair.near;
      },
      firstAnswers: () => ANSWERS,
      parentPid: () => state.parent,
      onSignal: (end) => {
        state.signal = end;
      },
      exit: () => {
        state.exits += 1;
      },
    },
    clock,
  );
  const client = linesOf(stdout);
  return {
    stdin,
    stdout,
    state,
    daemons,
    says: (...messages: (object | string)[]) => {
      for (const message of messages) stdin.write(typeof message === 'string' ? `${message}\n` : text(message));
    },
    hears: client.next,
    heard: client.seen,
    /** Runs the timers that are due after `ms`. */
    pass(ms: number) {
      for (const timer of timers.filter((one) => one.ms <= ms)) {
        timers.splice(timers.indexOf(timer), 1);
        timer.run();
      }
    },
    async daemon(number: number): Promise<Daemon> {
      await until(`daemon ${number} is asked for`, () => daemons.length > number);
      const daemon = daemons[number];
      if (daemon === undefined) throw new Error('no daemon');
      return daemon;
    },
  };
}

interface State {
  parent: number;
  exits: number;
  /** Why there is no daemon. */
  refuses: string | null;
  /** None runs; it is there when this has come. */
  starts: Promise<void> | null;
  signal(): void;
}

interface Daemon {
  readonly socket: Socket;
  readonly seen: readonly Record<string, unknown>[];
  says(message: object): void;
  hears(): Promise<Record<string, unknown>>;
  dies(): Promise<void>;
}

const pairs: SocketPair[] = [];
afterEach(async () => {
  for (const pair of pairs.splice(0)) await pair.close();
});

const text = (message: object) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`;

function daemonOf(socket: Socket): Daemon {
  const { next, seen } = linesOf(socket);
  return {
    socket,
    seen,
    hears: next,
    says: (message) => socket.write(text(message)),
    async dies() {
      socket.destroy();
      await once(socket, 'close');
    },
  };
}

function linesOf(stream: NodeJS.ReadableStream) {
  const seen: Record<string, unknown>[] = [];
  let rest = '';
  let taken = 0;
  stream.on('data', (chunk) => {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    seen.push(...lines.map((line) => JSON.parse(line)));
  });
  stream.resume();
  return {
    seen,
    async next() {
      await until('a line comes', () => seen.length > taken);
      taken += 1;
      return seen[taken - 1] ?? {};
    },
  };
}

const ANSWERS = {
  versions: ['2025-11-25'],
  initialize: { serverInfo: { name: 'x' } },
  tools: { tools: [{ name: 'detect' }] },
  modern: { version: '2026-07-28', discover: { supportedVersions: ['2026-07-28'] }, tools: { tools: [], ttlMs: 1 } },
};

const INITIALIZE = { id: 0, method: 'initialize', params: { protocolVersion: '2025-11-25' } };

describe('a daemon that ends', () => {
  const away = (id: number) => ({ id, error: { code: -32000, message: 'ends', data: { devtool_mcp: 'turned_away' } } });

  test('answers what is under way; what it turns away, and all behind it, is the next one’s', async () => {
    const { hears, heard, says, daemon } = world();
    says(INITIALIZE);
    const first = await daemon(0);
    await first.hears();
    first.says({ id: 0, result: {} });
    says({ id: 1, method: 'wait' }, { id: 2, method: 'run', params: { a: 1 } });
    for (const id of [1, 2]) expect(await first.hears()).toMatchObject({ id });
    first.says(away(2));
    first.says({ id: 1, result: { ended: true } });
    for (const id of [0, 1]) expect(await hears()).toMatchObject({ id });
    says({ id: 3, method: 'list' });
    const second = await daemon(1);
    await until('the first one is left', () => first.socket.destroyed);
    expect(await second.hears()).toMatchObject({ method: 'initialize' });
    expect(await second.hears()).toMatchObject({ id: 2, method: 'run', params: { a: 1 } });
    expect(await second.hears()).toMatchObject({ id: 3, method: 'list' });
    for (const id of [2, 3]) second.says({ id, result: { id } });
    await until('all are answered', () => heard.length === 4);
    expect(heard.map(({ id, error }) => [id, error])).toEqual([0, 1, 2, 3].map((id) => [id, undefined]));
  });

  test('of what it never answers the client is told; what it has turned away goes on', async () => {
    const { hears, says, daemon } = world();
    says({ id: 1, method: 'wait' }, { id: 2, method: 'run' });
    const first = await daemon(0);
    for (const id of [1, 2]) expect(await first.hears()).toMatchObject({ id });
    first.says(away(2));
    await first.dies();
    expect(await hears()).toMatchObject({ id: 1, error: { message: expect.stringContaining('lost') } });
    expect(await (await daemon(1)).hears()).toMatchObject({ id: 2, method: 'run' });
  });

  test('what is too long to be kept is the client’s to ask again', async () => {
    const { hears, says, daemon } = world();
    says({ id: 1, method: 'run', params: { big: 'x'.repeat(100_000) } });
    const first = await daemon(0);
    await first.hears();
    first.says(away(1));
    expect(await hears()).toMatchObject(away(1));
  });
});

describe('between client and daemon', () => {
  test('lines pass both ways, byte for byte, however they are cut', async () => {
    const { stdin, hears, says, daemon } = world();
    const line = text({ id: 1, method: 'x', params: { text: 'ü\u2028' } });
    for (const byte of Buffer.from(line)) stdin.write(Buffer.from([byte]));
    const first = await daemon(0);
    expect(await first.hears()).toEqual(JSON.parse(line));
    first.socket.write('{"jsonrpc":"2.0","id":1,"resu');
    first.socket.write('lt":{"a":"b"}}\n{"jsonrpc":"2.0","method":"n"}\n');
    expect(await hears()).toEqual({ jsonrpc: '2.0', id: 1, result: { a: 'b' } });
    expect(await hears()).toEqual({ jsonrpc: '2.0', method: 'n' });
    says({ method: 'notifications/x' });
    expect(await first.hears()).toEqual({ jsonrpc: '2.0', method: 'notifications/x' });
  });

  test('a line of 3 MB passes both ways', async () => {
    const { hears, says, daemon } = world();
    const big = 'x'.repeat(3 * 1_048_576);
    says({ id: 1, method: 'x', params: { big } });
    const first = await daemon(0);
    expect(await first.hears()).toMatchObject({ params: { big } });
    first.says({ id: 1, result: { big } });
    expect(await hears()).toMatchObject({ result: { big } });
  });

  test('a line that is too long is answered under its own id, and the session goes on', async () => {
    const { hears, says, daemon } = world();
    says({ id: 6, method: 'x', params: { big: 'x'.repeat(17 * 1_048_576) } }, { id: 7, method: 'x' });
    expect(await hears()).toMatchObject({
      id: 6,
      error: { code: -32600, message: expect.stringMatching(/has 178\d{5} bytes/) },
    });
    expect(await (await daemon(0)).hears()).toMatchObject({ id: 7 });
  });

  test('what is no message is answered with its error, and those around it are served', async () => {
    const { hears, says, daemon } = world();
    says('{"jsonrpc":', { id: 1, method: 'x' }, '', '[1]', { id: 2, method: 5 });
    expect(await hears()).toMatchObject({ id: null, error: { code: -32700 } });
    expect(await hears()).toMatchObject({ id: null, error: { code: -32600 } });
    expect(await hears()).toMatchObject({ id: 2, error: { code: -32600 } });
    expect(await (await daemon(0)).hears()).toMatchObject({ id: 1, method: 'x' });
  });

  test('what the daemon says and is no message never reaches the client', async () => {
    const { hears, says, daemon } = world();
    says({ id: 1, method: 'x' });
    const first = await daemon(0);
    first.socket.write('Warning: something\n\n{"a":1}\n[]\n');
    first.says({ id: 1, result: {} });
    expect(await hears()).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
  });

  test('a client that does not read holds up the daemon, not our memory', async () => {
    const { says, stdout, daemon, heard } = world();
    stdout.pause();
    says({ id: 1, method: 'x' });
    const { socket } = await daemon(0);
    const line = text({ method: 'n', params: { text: 'x'.repeat(60_000) } });
    let accepted = 0;
    while (socket.write(line) || accepted < 8) accepted += 1;
    for (let n = 0; n < 200; n++) socket.write(line);
    await until('the socket is full', () => socket.writableLength > 5_000_000);
    expect(stdout.readableLength + stdout.writableLength).toBeLessThan(1_000_000);
    stdout.resume();
    await until('all has come', () => heard.length === accepted + 201);
  });
});

describe('while the daemon starts', () => {
  const FIRST = {
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } },
  };

  test('first questions are answered at once, and the daemon hears of the session when it is there', async () => {
    const { hears, says, daemon, state, heard } = world();
    let start = () => {};
    state.starts = new Promise((resolve) => {
      start = resolve;
    });
    says(FIRST);
    expect(await hears()).toMatchObject({ id: 0, result: { protocolVersion: '2025-11-25', ...ANSWERS.initialize } });
    says({ method: 'notifications/initialized' }, { id: 1, method: 'tools/call' }, { id: 2, method: 'tools/list' });
    expect(await hears()).toMatchObject({ id: 2, result: ANSWERS.tools });
    start();
    const first = await daemon(0);
    const again = await first.hears();
    expect(again).toMatchObject({ method: 'initialize', params: FIRST.params });
    expect([await first.hears(), await first.hears()]).toMatchObject([
      { method: 'notifications/initialized' },
      { id: 1, method: 'tools/call' },
    ]);
    first.says({ id: again['id'], result: {} });
    first.says({ id: 1, result: { done: true } });
    expect(await hears()).toMatchObject({ id: 1, result: { done: true } });
    says({ id: 3, method: 'tools/list' });
    expect(await first.hears()).toMatchObject({ id: 3, method: 'tools/list' });
    expect(heard).toHaveLength(3);
  });

  test('what was answered stays so when no daemon comes about, and a call says why', async () => {
    const { hears, says, state } = world();
    let start = () => {};
    state.starts = new Promise((resolve) => {
      start = resolve;
    });
    state.refuses = 'no room';
    says(FIRST);
    await hears();
    says({ id: 1, method: 'tools/call' });
    start();
    expect(await hears()).toMatchObject({
      id: 1,
      error: { code: -32000, message: expect.stringContaining('no room') },
    });
  });

  test('a daemon that runs answers for itself', async () => {
    const { hears, says, daemon } = world();
    says(FIRST);
    const first = await daemon(0);
    expect(await first.hears()).toMatchObject(FIRST);
    first.says({ id: 0, result: { its: 'own' } });
    expect(await hears()).toMatchObject({ id: 0, result: { its: 'own' } });
  });
});

describe('when the daemon is lost', () => {
  test('each request in flight is answered and never sent again; the next line finds a new daemon that knows the session', async () => {
    const { hears, says, daemon, daemons, heard } = world();
    says(INITIALIZE);
    const first = await daemon(0);
    first.says({ id: 0, result: {} });
    await hears();
    says({ method: 'notifications/initialized' }, { id: 1, method: 'tools/call' }, { id: 'b', method: 'tools/call' });
    await until('all is sent', () => first.seen.length === 4);
    await first.dies();
    for (const id of [1, 'b'])
      expect(await hears()).toMatchObject({
        id,
        error: { code: -32000, message: expect.stringContaining('may have taken effect') },
      });
    expect(daemons).toHaveLength(1);

    says({ id: 2, method: 'tools/list' });
    const second = await daemon(1);
    const again = await second.hears();
    expect(again).toMatchObject({ method: 'initialize', params: INITIALIZE.params });
    expect(await second.hears()).toMatchObject({ method: 'notifications/initialized' });
    expect(await second.hears()).toMatchObject({ id: 2, method: 'tools/list' });
    second.says({ id: again['id'], result: {} });
    second.says({ id: 2, result: { tools: [] } });
    expect(await hears()).toMatchObject({ id: 2, result: { tools: [] } });
    expect(second.seen).toHaveLength(3);
    expect(heard).toHaveLength(4);
  });

  test('no notification, answer or ping starts another one', async () => {
    const { hears, says, daemon, daemons } = world();
    says({ id: 1, method: 'x' });
    const first = await daemon(0);
    first.says({ id: 7, method: 'roots/list' });
    await hears();
    await first.dies();
    await hears();
    says(
      { method: 'notifications/cancelled', params: { requestId: 1 } },
      { id: 7, result: {} },
      { id: 2, method: 'ping' },
    );
    expect(await hears()).toEqual({ jsonrpc: '2.0', id: 2, result: {} });
    expect(daemons).toHaveLength(1);
  });

  test('half a line of it is not passed on', async () => {
    const { hears, says, daemon } = world();
    says({ id: 1, method: 'x' });
    const first = await daemon(0);
    await first.hears();
    first.socket.end('{"jsonrpc":"2.0","id":1,"result":{}}');
    expect(await hears()).toMatchObject({ id: 1, error: { code: -32000 } });
  });

  test('none can be had: each request says why, the front stays, and the next request tries again', async () => {
    const { hears, says, state, daemon } = world();
    state.refuses = 'the disk is full; its log is /l';
    says(INITIALIZE, { id: 1, method: 'x' });
    for (const id of [0, 1])
      expect(await hears()).toMatchObject({ id, error: { message: expect.stringContaining('its log is /l') } });
    expect(state.exits).toBe(0);
    state.refuses = null;
    says({ id: 2, method: 'x' });
    expect(await (await daemon(0)).hears()).toMatchObject({ id: 2 });
  });
});

describe('the end', () => {
  test('nothing under way: at once at the end of stdin', async () => {
    const { stdin, state } = world();
    stdin.end();
    await until('it ends', () => state.exits > 0);
  });

  test('an answer under way is waited for, and written whole', async () => {
    const { stdin, state, says, daemon, stdout, heard } = world();
    says({ id: 1, method: 'x' });
    const first = await daemon(0);
    await first.hears();
    stdout.pause();
    stdin.end();
    await once(stdin, 'end');
    expect(state.exits).toBe(0);
    first.says({ id: 1, result: { text: 'x'.repeat(3_000_000) } });
    await until('it is being written', () => stdout.writableLength > 0 || stdout.readableLength > 0);
    expect(state.exits).toBe(0);
    stdout.resume();
    await until('it ends', () => state.exits > 0);
    expect(heard).toHaveLength(1);
  });

  test('an answer that never comes is not waited for longer than 200 ms; nor by a signal', async () => {
    for (const how of ['end', 'signal'] as const) {
      const { stdin, state, says, daemon, pass } = world();
      says({ id: 1, method: 'x' });
      await (await daemon(0)).hears();
      if (how === 'end') {
        stdin.end();
        await once(stdin, 'end');
      } else state.signal();
      expect(state.exits).toBe(0);
      pass(200);
      expect(state.exits).toBe(1);
    }
  });

  test('another parent than at the start, and a client that closed its end, end it', async () => {
    const orphan = world();
    orphan.pass(500);
    expect(orphan.state.exits).toBe(0);
    orphan.state.parent = 1;
    orphan.pass(500);
    expect(orphan.state.exits).toBe(1);

    const unheard = world();
    unheard.stdout.destroy(new Error('EPIPE'));
    await until('it ends', () => unheard.state.exits > 0);
  });
});
