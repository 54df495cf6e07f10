/** Questions to `timeline`, `errors` and `proxylog` that nothing answers, and cursors of a daemon that has gone. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type Session, sharedSession, world } from './harness.ts';

const SERVER = `
const server = require('node:http').createServer((request, response) => {
  console.log('asked for', request.url);
  response.statusCode = request.url.startsWith('/bad') ? 500 : 200;
  response.end('ok');
});
server.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port + '\\n\\n'));`;

/** A server with a proxy of a log that is soon full before it, asked for `paths`. */
async function serve(session: Session, paths: readonly string[]): Promise<void> {
  await session.ok('run', { command: 'node', args: ['-e', SERVER], id: 'dev', wait_for: 'ready' });
  const { data } = await session.ok('proxy', { action: 'start', process_id: 'dev', max_log_size: 3 });
  for (const path of paths) await (await fetch(new URL(path, String(data['url'])))).text();
  const last = `asked for ${paths.at(-1)}`;
  await session.ok('proc', { action: 'wait', process_id: 'dev', for: { text: last } });
}

describe('of a server and its proxy', () => {
  const shared = sharedSession();
  beforeAll(() => serve(shared(), ['/a', '/bad/1', '/bad/2', '/bad/3', '/b']));

  test('filters that let nothing through are named, with how much there is', async () => {
    const { text: all, meta } = await shared().ok('timeline');
    const saying = async (tool: string, parameters: object) => (await shared().ok(tool, { ...parameters })).text;
    const count = Number(meta['total']);
    const closing = '[0 of 0 lines · dropped 2 · cursor 0]';
    expect(all).toContain('asked for /b');
    expect(await saying('timeline', { grep: 'zzz', kinds: ['http'] })).toBe(
      `None of ${count} entries fits kinds=["http"], grep="zzz".\n${closing}`,
    );
    expect(await saying('errors', { source: 'page' })).toMatch(
      /^None of 2 entries fits source="page"\.\n\[0 of 0 lines · dropped 2 · cursor \d+\]$/,
    );
    expect(await saying('proxylog', { action: 'query', methods: ['POST'], since: '1h' })).toBe(
      `None of 3 entries fits methods=["POST"], since="1h".\n${closing}`,
    );
    expect(await saying('proxylog', { action: 'query', types: ['error'], status_codes: ['5xx'] })).toContain(
      'None of 3 entries fits types=["error"], status_codes=["5xx"].',
    );
  });

  test('nothing new needs no words', async () => {
    for (const [tool, parameters] of [
      ['timeline', { kinds: ['output'] }],
      ['errors', { severity: 'error' }],
      ['proxylog', { action: 'query', methods: ['GET'] }],
    ] as const) {
      const { meta } = await shared().ok(tool, parameters);
      const { text } = await shared().ok(tool, { ...parameters, after: meta['cursor'] });
      const [, cursor = ''] = /^\[0 of 0 lines · dropped 2 · cursor (\d+)\]$/.exec(text) ?? [];
      // Of errors it goes on with the time.
      expect(Number(cursor), text).toBeGreaterThanOrEqual(Number(meta['cursor']));
    }
  });

  test('a timeline has no blank lines, and says what the log has dropped only where it is of that proxy', async () => {
    const { text, meta } = await shared().ok('timeline', { process_id: 'dev' });
    expect(text.split('\n').filter((line) => /out {2}dev *$/.test(line))).toEqual([]);
    expect(meta['dropped']).toBe(0);
    expect((await shared().ok('errors')).meta['dropped']).toBe(2);
  });

  test('around an entry that has made room, or never was', async () => {
    const gone = await shared().call('timeline', { around: 'req_1' });
    expect(gone.data).toMatchObject({ error: 'not_found', around: 'req_1' });
    expect(gone.text).toContain('is not there any more: it was cleared or has made room');
    expect((await shared().call('timeline', { around: 'req_999' })).text).toContain('is no entry of this project');
  });

  test('around an entry, and since', async () => {
    const around = await shared().ok('timeline', { around: 'req_5', window_ms: 60_000 });
    expect(around.text).toContain('GET /b 200');
    const since = await shared().ok('timeline', { around: 'req_5', window_ms: 60_000, since: '2999-01-01' });
    expect(since.text).toMatch(/^None of \d+ entries fits since="2999-01-01", around="req_5", window_ms=60000\./);
  });
});

test('a cursor of a daemon that has ended leaves nothing out of what the next one tells', async () => {
  const session = await (await world()).connect();
  const asked = [
    ['timeline', {}],
    ['errors', {}],
    ['proxylog', { action: 'query' }],
    ['proc', { action: 'output', process_id: 'dev' }],
  ] as const;
  await serve(session, ['/bad/1']);
  const before = await Promise.all(asked.map(([tool, parameters]) => session.ok(tool, parameters)));
  await session.ok('daemon', { action: 'stop' });
  // Longer than the one before, in all that a cursor can count.
  await expect
    .poll(() => session.call('run', { command: 'true' }), { timeout: 20_000 })
    .toMatchObject({ isError: false });
  await serve(session, ['/bad/1', '/bad/2', '/bad/3', '/bad/4']);
  await expect
    .poll(async () => (await session.ok('daemon', { action: 'info' })).data['uptime_ms'], { timeout: 30_000 })
    .toBeGreaterThan(Number(before[0]?.meta['cursor']) / 1_000);
  for (const [at, [tool, parameters]] of asked.entries()) {
    const all = await session.ok(tool, parameters);
    const news = await session.ok(tool, { ...parameters, after: before[at]?.meta['cursor'] });
    // The cursor of errors goes on with the time.
    const told = ({ text }: typeof news) => text.replace(/cursor \d+\]$/, '');
    expect(told(news), tool).toBe(told(all));
  }
});

test('a line that has grown is told again, whole', async () => {
  const session = await (await world()).connect();
  await session.ok('run', { command: 'cat', id: 'c', wait_for: 'none' });
  const say = async (data: string) => {
    await session.ok('proc', { action: 'input', process_id: 'c', data });
    await session.ok('proc', { action: 'wait', process_id: 'c', for: { text: data.trim().split('\n').at(-1) } });
  };
  await say('one\ntwo, ');
  const first = await session.ok('timeline', { kinds: ['output'] });
  expect(first.text).toMatch(/out {2}c one\n.* out {2}c two,? *\n\[2 of 2 lines/);
  await say('three\n');
  const { text } = await session.ok('timeline', { kinds: ['output'], after: first.meta['cursor'] });
  expect(text).toMatch(/^[\d:.]+ out {2}c two, three\n\[1 of 1 lines/);
});

test('who follows a timeline by its cursor misses nothing, whatever comes from several sources meanwhile', async () => {
  const session = await (await world()).connect();
  const code = `
const server = require('node:http').createServer((_, response) => response.end('ok'));
server.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port));
process.stdin.once('data', () => {
  let n = 0;
  const timer = setInterval(() => {
    for (let i = 0; i < 3; i++) console.log('line ' + n++ + '.');
    if (n >= 1_500) clearInterval(timer);
  }, 2);
});`;
  await session.ok('run', { command: 'node', args: ['-e', code], id: 'dev', wait_for: 'ready' });
  const { data } = await session.ok('proxy', { action: 'start', process_id: 'dev', max_log_size: 100_000 });
  const url = String(data['url']);
  let isFollowed = false;
  const asking = (async () => {
    while (!isFollowed) await (await fetch(url)).text();
  })();
  const lines: string[] = [];
  let { meta } = await session.ok('timeline');
  await session.ok('proc', { action: 'input', process_id: 'dev', data: 'go\n' });
  while (!lines.at(-1)?.endsWith('line 1499.')) {
    const { text, meta: next } = await session.ok('timeline', { after: meta['cursor'], limit: 1_000 });
    expect(next['total']).toBe(next['lines']);
    lines.push(...text.split('\n').filter((line) => line.includes('out  dev line')));
    meta = next;
  }
  isFollowed = true;
  await asking;
  expect(lines.map((line) => line.slice(line.indexOf('line')))).toEqual(
    Array.from({ length: 1_500 }, (_, n) => `line ${n}.`),
  );
});
