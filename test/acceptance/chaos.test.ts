/** `proxy chaos` through MCP stdio: every type and preset does what it says, to real clients of a real server. */
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { type Session, sharedSession, until } from './harness.ts';

const shared = sharedSession();
const servers: Server[] = [];
afterEach(async () => {
  await shared().call('proxy', { action: 'stop', id: 'web' });
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const BYTES = Buffer.alloc(10_000, 'abcdefghij');
const JSON_BODY = JSON.stringify({ items: Array.from({ length: 50 }, (_, price) => ({ price, name: 'salt' })) });

interface Stand {
  readonly session: Session;
  readonly url: string;
  readonly port: number;
  readonly got: string[];
  chaos(parameters: Record<string, unknown>): Promise<Status>;
}

interface Status {
  readonly enabled: boolean;
  readonly preset: string | null;
  readonly seed: number;
  readonly global_odds: number;
  readonly rules: Record<string, unknown>[];
  readonly stats: Record<string, number> & { by_rule: Record<string, number> };
}

async function stand(): Promise<Stand> {
  const got: string[] = [];
  const server = createServer((request, response) => {
    got.push(request.url ?? '');
    request.resume();
    if (request.url?.startsWith('/json')) response.setHeader('content-type', 'application/json').end(JSON_BODY);
    else if (request.url?.startsWith('/chunked')) {
      response.write(BYTES.subarray(0, 4_000));
      response.end(BYTES.subarray(4_000));
    } else response.setHeader('content-length', BYTES.length).end(BYTES);
  });
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => socket.on('message', (data) => socket.send(`re ${String(data)}`)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  const session = shared();
  const target = `http://localhost:${(server.address() as AddressInfo).port}`;
  const { data } = await session.ok('proxy', { action: 'start', id: 'web', target_url: target });
  const url = String(data['url']).replace(/\/$/, '');
  return {
    session,
    url,
    port: Number(new URL(url).port),
    got,
    chaos: async (parameters) =>
      (await session.ok('proxy', { action: 'chaos', ...parameters })).data as unknown as Status,
  };
}

interface Raw {
  readonly status: number;
  readonly head: string;
  readonly body: Buffer;
  /** When each piece came. */
  readonly times: number[];
  readonly error: string | null;
}

/** Everything that comes until the connection is over; `lasts`: the answer's end is told by its length, not by the connection's. */
function raw(port: number, path: string, close = true): Promise<Raw> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const pieces: Buffer[] = [];
    const times: number[] = [];
    let error: string | null = null;
    socket.on('data', (chunk) => {
      pieces.push(chunk);
      times.push(performance.now());
    });
    socket.on('error', (failed: NodeJS.ErrnoException) => {
      error = failed.code ?? failed.message;
    });
    socket.on('close', () => {
      const all = Buffer.concat(pieces);
      const end = all.indexOf('\r\n\r\n');
      const head = end < 0 ? '' : all.toString('latin1', 0, end);
      resolve({ status: Number(head.split(' ')[1] ?? 0), head, body: all.subarray(end + 4), times, error });
    });
    socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\n${close ? 'Connection: close\r\n' : ''}\r\n`);
  });
}

/** Payload of chunks, whole or not, and whether the last one has come. */
function unchunked(body: Buffer): { payload: Buffer; isWhole: boolean } {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const line = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.toString('latin1', at, line), 16);
    if (size === 0) return { payload: Buffer.concat(parts), isWhole: true };
    parts.push(body.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
  return { payload: Buffer.concat(parts), isWhole: false };
}

test('bodies end where their rule says: disconnect, truncate, partial_body, chunked_abort', async () => {
  const { port, chaos, session } = await stand();
  await chaos({ rules: [{ type: 'disconnect' }] });
  const half = await raw(port, '/bytes', false);
  expect([half.status, half.body.length]).toEqual([200, 5_000]);
  expect(half.head).toMatch(/Content-Length: 10000/i);
  expect(half.body.equals(BYTES.subarray(0, 5_000))).toBe(true);
  const chunks = unchunked((await raw(port, '/chunked', false)).body);
  expect([chunks.payload.length, chunks.isWhole]).toEqual([5_000, false]);
  await until('it is logged', async () =>
    (await session.ok('proxylog', { action: 'query', url_pattern: '/bytes' })).text.includes(' cut '),
  );
  await chaos({ rules: [{ type: 'disconnect', drop_after_bytes: 123 }] });
  expect((await raw(port, '/bytes', false)).body.length).toBe(123);
  await chaos({ rules: [{ type: 'disconnect', drop_after_bytes: 1e6 }] });
  expect((await raw(port, '/bytes')).body.length).toBe(10_000);
  await chaos({ rules: [{ type: 'truncate', truncate_percent: 0.8 }] });
  const kept = await raw(port, '/bytes');
  expect([kept.body.length, /Content-Length: 8000/.test(kept.head)]).toEqual([8_000, true]);
  const measured = await raw(port, '/chunked');
  expect([measured.body.length, /Content-Length: 8000/.test(measured.head)]).toEqual([8_000, true]);
  await chaos({ rules: [{ type: 'partial_body' }] });
  const part = await raw(port, '/chunked', false);
  expect([part.body.length, /Content-Length: 10000/.test(part.head)]).toEqual([5_000, true]);
  await chaos({ rules: [{ type: 'chunked_abort', truncate_percent: 0.3 }] });
  const aborted = unchunked((await raw(port, '/bytes', false)).body);
  expect([aborted.payload.length, aborted.isWhole]).toEqual([3_000, false]);
  const { stats } = await chaos({ status: true });
  expect(stats).toMatchObject({ total_requests: 1, affected_count: 1, truncated_count: 1, drops_injected: 0 });
});

test('requests are counted while chaos is on, whether or not a rule of it may still touch one', async () => {
  const { port, chaos } = await stand();
  const rules = [
    { id: 'once', type: 'http_error', times: 1 },
    { id: 'never', type: 'http_error', probability: 0 },
  ];
  const ask = async (times: number) => {
    for (let n = 0; n < times; n++) await raw(port, '/bytes');
  };
  await chaos({ rules });
  await ask(3);
  await chaos({ disable_rule: 'never' });
  await ask(2);
  expect((await chaos({ status: true })).stats).toMatchObject({ total_requests: 5, affected_count: 1 });
  await chaos({ enabled: false });
  await ask(1);
  expect((await chaos({ status: true })).stats).toMatchObject({ total_requests: 5 });
});

test('bodies are damaged as their rule says: bit_flip, corrupt_json, header_bomb', async () => {
  const { port, url, chaos } = await stand();
  await chaos({ rules: [{ type: 'bit_flip' }], seed: 3 });
  const flipped = await raw(port, '/bytes');
  const bits = [...flipped.body].reduce(
    (sum, byte, at) => sum + (byte ^ (BYTES[at] ?? 0)).toString(2).replaceAll('0', '').length,
    0,
  );
  expect(flipped.body.length).toBe(10_000);
  expect(bits).toBeGreaterThanOrEqual(1);
  expect(bits).toBeLessThanOrEqual(40);
  const chunked = unchunked((await raw(port, '/chunked')).body);
  expect([chunked.payload.length, chunked.isWhole, chunked.payload.equals(BYTES)]).toEqual([10_000, true, false]);
  await chaos({ rules: [{ type: 'corrupt_json' }], seed: 3 });
  for (let n = 0; n < 20; n++) {
    const answer = await fetch(`${url}/json`, { headers: { 'accept-encoding': 'gzip' } });
    expect([answer.status, answer.headers.get('x-chaos-injected')]).toEqual([200, 'true']);
    const text = await answer.text();
    expect(() => JSON.parse(text)).toThrow();
  }
  expect((await raw(port, '/bytes')).body.equals(BYTES)).toBe(true);
  await chaos({ rules: [{ type: 'header_bomb' }] });
  const bomb = await raw(port, '/bytes');
  expect(bomb.head.length).toBeGreaterThan(45_000);
  expect(bomb.head.split('\r\n').length).toBeGreaterThan(110);
  expect(bomb.body.equals(BYTES)).toBe(true);
});

test('time: latency in its range, slow_drip and bandwidth at their rate, slow_close at the end, timeout and stale until they go', async () => {
  const { session, port, url, chaos } = await stand();
  await chaos({ rules: [{ type: 'latency', min_latency_ms: 60, max_latency_ms: 120, jitter_ms: 30 }], seed: 11 });
  const took = await Promise.all(
    Array.from({ length: 60 }, async () => {
      const start = performance.now();
      await (await fetch(`${url}/bytes`)).arrayBuffer();
      return performance.now() - start;
    }),
  );
  const { stats } = await chaos({});
  const mean = (stats['latency_injected_ms'] ?? 0) / 60;
  expect(stats).toMatchObject({ total_requests: 60, affected_count: 60, by_rule: { latency: 60 } });
  expect(mean).toBeGreaterThan(75);
  expect(mean).toBeLessThan(105);
  expect(Math.min(...took)).toBeGreaterThanOrEqual(29);
  expect(took.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThanOrEqual(stats['latency_injected_ms'] ?? 0);

  for (const rule of [
    { type: 'slow_drip', bytes_per_ms: 40, chunk_size: 100 },
    { type: 'bandwidth', bytes_per_ms: 40 },
  ]) {
    await chaos({ rules: [rule] });
    const start = performance.now();
    const { body, times } = await raw(port, '/bytes');
    expect(body.equals(BYTES)).toBe(true);
    expect((times.at(-1) ?? 0) - start).toBeGreaterThanOrEqual(240);
    // How many pieces a reader gets is its own affair: one that has no processor gets those that have come meanwhile in one.
    await chaos({ rules: [{ ...rule, bytes_per_ms: 1 }] });
    const reader = (await fetch(`${url}/bytes`)).body?.getReader();
    expect((await reader?.read())?.value?.length).toBeLessThan(10_000);
    await reader?.cancel();
  }

  await chaos({ rules: [{ type: 'slow_close', min_latency_ms: 200, max_latency_ms: 200 }] });
  const start = performance.now();
  const closed = await raw(port, '/bytes');
  expect(closed.body.equals(BYTES)).toBe(true);
  expect((closed.times.at(-1) ?? 0) - start).toBeGreaterThanOrEqual(190);

  for (const type of ['timeout', 'stale']) {
    await chaos({ rules: [{ type }] });
    const held = fetch(`${url}/held-${type}`);
    await until('it is held', async () => (await chaos({})).stats['affected_count'] === 1);
    expect((await session.ok('proxylog', { action: 'query', url_pattern: `/held-${type}` })).text).toContain('pending');
    await chaos({ enabled: false });
    expect((await held).status).toBe(200);
  }
});

test('chance: rates over many requests, and the same seed again breaks the same ones', async () => {
  const { port, got, chaos } = await stand();
  const failing = async (rules: Record<string, unknown>[], failed: (one: Raw) => boolean) => {
    await chaos({ rules, seed: 42 });
    const broken: number[] = [];
    for (let n = 0; n < 200; n++) if (failed(await raw(port, `/bytes?${n}`))) broken.push(n);
    return broken;
  };
  const loss = [{ type: 'packet_loss', probability: 0.3 }];
  const first = await failing(loss, ({ status, error }) => status === 0 && error === 'ECONNRESET');
  expect(first.length).toBeGreaterThan(40);
  expect(first.length).toBeLessThan(80);
  expect(got).toHaveLength(200 - first.length);
  const { stats } = await chaos({});
  expect(stats).toMatchObject({
    total_requests: 200,
    drops_injected: first.length,
    by_rule: { packet_loss: first.length },
  });
  expect(await failing(loss, ({ status }) => status === 0)).toEqual(first);
  // Another rule beside it draws numbers of its own.
  const errors = { type: 'http_error', probability: 0.5, error_codes: [500, 503] };
  expect(await failing([errors, ...loss], ({ status }) => status === 0)).toEqual(first);
  const limited = await failing(
    [{ type: 'rate_limit', probability: 0.2, error_message: 'slow down' }],
    ({ status, head, body }) =>
      status === 429 &&
      /\r\nRetry-After: 1\r\n/.test(head) &&
      /\r\nX-Chaos-Injected: true/.test(head) &&
      body.includes('slow down'),
  );
  expect(limited.length).toBeGreaterThan(22);
  expect(limited.length).toBeLessThan(60);
});

test('out_of_order: the last that came is answered first', async () => {
  const { session, url, chaos } = await stand();
  await chaos({ rules: [{ type: 'out_of_order', reorder_min_requests: 3, reorder_max_wait_ms: 60_000 }] });
  const order: number[] = [];
  const asked: Promise<void>[] = [];
  for (const n of [1, 2, 3]) {
    asked.push(
      fetch(`${url}/bytes?${n}`)
        .then((answer) => answer.arrayBuffer())
        .then(() => void order.push(n)),
    );
    await until('it is there', async () => (await chaos({})).stats['affected_count'] === n);
  }
  await Promise.all(asked);
  expect(order).toEqual([3, 2, 1]);
  expect((await chaos({})).stats['reordered_count']).toBe(3);
  // Too few: they go on when their time is over.
  await chaos({ rules: [{ type: 'out_of_order', reorder_min_requests: 3, reorder_max_wait_ms: 100 }] });
  expect((await fetch(`${url}/bytes`)).status).toBe(200);
  expect((await session.ok('proxy', { action: 'chaos', clear: true })).data).toMatchObject({
    enabled: false,
    rules: [],
  });
});

test('WebSocket messages are delayed, dropped and cut, in their order; compressed ones too', async () => {
  const { port, chaos, session } = await stand();
  const open = async (path = '/') => {
    const socket = new WebSocket(`ws://localhost:${port}${path}`);
    const heard: string[] = [];
    socket.on('message', (data) => heard.push(String(data)));
    socket.on('error', () => {});
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return { socket, heard, closed };
  };
  await chaos({ rules: [{ type: 'latency', min_latency_ms: 20, max_latency_ms: 80 }], seed: 5 });
  const slow = await open();
  const start = performance.now();
  for (let n = 0; n < 10; n++) slow.socket.send(`m${n}`);
  await until('all are there', () => slow.heard.length === 10);
  expect(performance.now() - start).toBeGreaterThanOrEqual(39);
  expect(slow.heard).toEqual(Array.from({ length: 10 }, (_, n) => `re m${n}`));
  slow.socket.close();
  await slow.closed;

  await chaos({ rules: [{ type: 'packet_loss', probability: 0.5 }], seed: 5 });
  const lossy = await open();
  for (let n = 0; n < 100; n++) lossy.socket.send(`m${n}`);
  lossy.socket.close();
  await lossy.closed;
  const { stats } = await chaos({});
  expect(lossy.heard.length).toBeGreaterThan(10);
  expect(lossy.heard.length).toBeLessThan(45);
  // Each of the 100 is lost on its way there or back, or heard.
  expect(stats['drops_injected']).toBe(100 - lossy.heard.length);

  await chaos({ rules: [{ type: 'disconnect' }] });
  const cut = await open();
  cut.socket.send('x');
  await cut.closed;
  expect(cut.heard).toEqual([]);

  await chaos({ clear: true });
  await session.ok('proxy', {
    action: 'rules',
    rules: [
      {
        id: 'mute',
        match: { type: 'websocket', path: '/feed' },
        messages: { direction: 'in', pattern: 'm[13]$', drop: true },
      },
    ],
  });
  const muted = await open('/feed');
  for (let n = 0; n < 5; n++) muted.socket.send(`m${n}`);
  await until('the last is there', () => muted.heard.includes('re m4'));
  expect(muted.heard).toEqual(['re m0', 're m2', 're m4']);
  muted.socket.close();
  await muted.closed;
});

/** As users know them. */
const PRESETS: readonly (readonly [string, number, readonly string[]])[] = [
  ['mobile-3g', 1, ['latency 1', 'packet_loss 0.02']],
  ['mobile-4g', 1, ['latency 1', 'packet_loss 0.005']],
  ['flaky-api', 1, ['http_error 0.05', 'latency 0.3', 'timeout 0.02']],
  ['race-condition', 1, ['out_of_order 0.5', 'latency 0.7']],
  ['stale-tab', 1, ['stale 1']],
  ['slow-connection', 1, ['slow_drip 1', 'latency 1']],
  ['connection-drops', 1, ['disconnect 0.1']],
  ['data-corruption', 1, ['truncate 0.05']],
  ['rate-limited', 1, ['rate_limit 0.2']],
  ['auth-failures', 1, ['http_error 0.1']],
  ['service-degradation', 0.3, ['latency 0.5', 'http_error 0.1', 'truncate 0.05']],
  ['pressure-test', 0.5, ['latency 0.4', 'http_error 0.1', 'out_of_order 0.3', 'disconnect 0.02']],
];

test('each preset, with its figures, on real requests: what clients saw is what the statistics say', async () => {
  const { port, chaos, session } = await stand();
  for (const [preset, odds, rules] of PRESETS) {
    const set = await chaos({ preset, seed: 7 });
    expect([set.preset, set.seed, set.global_odds, set.enabled]).toEqual([preset, 7, odds, true]);
    expect(set.rules.map(({ type, probability }) => `${type} ${probability}`)).toEqual(rules);
    const asked = Array.from({ length: 40 }, (_, n) => raw(port, `/${preset}?${n}`));
    await until('all are decided', async () => (await chaos({})).stats['total_requests'] === 40);
    const { stats } = await chaos({});
    // What waits goes on.
    await chaos({ enabled: false });
    const seen = await Promise.all(asked);
    const dropped = seen.filter(({ status, body }) => status === 0 || (status === 200 && body.length < 10_000)).length;
    const errors = seen.filter(({ status }) => status >= 400);
    expect([preset, errors.length]).toEqual([preset, stats['errors_injected']]);
    expect(errors.every(({ head }) => head.includes('X-Chaos-Injected: true'))).toBe(true);
    const held = stats.by_rule['timeout'] ?? 0;
    expect([preset, dropped]).toEqual([
      preset,
      (stats['drops_injected'] ?? 0) - held + (stats['truncated_count'] ?? 0),
    ]);
    if (odds < 1) expect(stats['affected_count']).toBeLessThan(40 * odds * 1.7);
  }
  const unknown = await session.call('proxy', { action: 'chaos', preset: 'moblie-3g' });
  expect(unknown.text).toContain('mobile-3g');
});

test('off is as if there had never been any; bad chaos is refused whole', async () => {
  const { port, chaos, session } = await stand();
  const normal = await raw(port, '/bytes');
  await chaos({ rules: [{ type: 'http_error' }], seed: 1 });
  expect((await raw(port, '/bytes')).status).toBeGreaterThanOrEqual(500);
  // The inbox says that it was asked for.
  expect((await session.ok('errors')).text).toMatch(/GET \/bytes 50\d \(rules: http_error 50\d\)/);
  await chaos({ disable_rule: 'http_error' });
  expect((await raw(port, '/bytes')).status).toBe(200);
  await chaos({ enable_rule: 'http_error' });
  await chaos({ enabled: false });
  const off = await raw(port, '/bytes');
  const plain = (head: string) => head.replace(/Date: .*/, '');
  expect([plain(off.head), off.body.equals(normal.body)]).toEqual([plain(normal.head), true]);
  for (const [rules, parameter] of [
    [[{ type: 'latency' }], 'rules[0].min_latency_ms'],
    [[{ type: 'latencies' }], 'rules[0].type'],
    [[{ type: 'truncate', truncate_percent: 1.5 }], 'rules[0].truncate_percent'],
    [[{ type: 'timeout' }, { type: 'http_error', error_codes: [200] }], 'rules[1].error_codes[0]'],
    [[{ type: 'timeout', url_pattern: '(a)\\1' }], 'rules[0].url_pattern'],
    [[{ type: 'timeout', odds: 1 }], 'rules[0].odds'],
  ] as const) {
    const refused = await session.call('proxy', { action: 'chaos', rules });
    expect([refused.data['error'], refused.data['parameter']]).toEqual(['invalid_argument', parameter]);
  }
  expect((await chaos({})).rules).toHaveLength(1);
});

test('a rule that is in force shows its figures, those of a preset and of the defaults too', async () => {
  const { chaos } = await stand();
  const rulesOf = async (parameters: Record<string, unknown>) => (await chaos(parameters)).rules;
  expect(await rulesOf({ preset: 'mobile-3g' })).toMatchObject([
    { type: 'latency', min_latency_ms: 200, max_latency_ms: 2_000, jitter_ms: 500, probability: 1, expires_ms: null },
    { type: 'packet_loss', probability: 0.02 },
  ]);
  const types = [
    'slow_drip',
    'bandwidth',
    'truncate',
    'disconnect',
    'out_of_order',
    'stale',
    'http_error',
    'rate_limit',
  ];
  expect(await rulesOf({ rules: types.map((type) => ({ type })) })).toMatchObject([
    { bytes_per_ms: 10, chunk_size: 1 },
    { bytes_per_ms: 100, chunk_size: 1_024 },
    { truncate_percent: 0.5 },
    { drop_after_percent: 0.5, drop_after_bytes: null },
    { reorder_min_requests: 2, reorder_max_wait_ms: 500 },
    { stale_delay_ms: 10_800_000 },
    { error_codes: [500, 502, 503, 504], error_message: null },
    { error_codes: [429], error_message: null },
  ]);
});
