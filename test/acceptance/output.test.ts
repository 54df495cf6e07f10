/** `proc output` and resources, through MCP stdio on the built program. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Session, sharedSession, until, world } from './harness.ts';

const shared = sharedSession();
const connect = async (): Promise<Session> => (await world()).connect();

async function printed(session: Session, script: string, id = 'p'): Promise<void> {
  await session.ok('run', { command: 'sh', args: ['-c', script], id, mode: 'foreground' });
}

async function linesOf(session: Session, parameters: Record<string, unknown>): Promise<string[]> {
  const { text } = await session.ok('proc', { action: 'output', process_id: 'p', ...parameters });
  return text.split('\n').slice(0, -1);
}

describe('selection', () => {
  test.each([
    [{ head: 2 }, ['a', 'b']],
    [{ tail: 2 }, ['d', 'e']],
    [{ tail: 1 }, ['e']],
    [{ grep: 'b|d' }, ['b', 'd']],
    [{ grep_v: 'b|d' }, ['a', 'c', 'e']],
    [{ grep: 'b|d', tail: 1 }, ['d']],
    [{ grep: 'b|c|d', head: 2, tail: 1 }, ['c']],
  ])('%j', async (parameters, expected) => {
    const session = shared();
    await printed(session, 'printf "a\\nb\\nc\\nd\\ne\\n"');
    expect(await linesOf(session, parameters)).toEqual(expected);
  });

  test('tail: 1 is the last line, whether or not it ends in a newline', async () => {
    const session = shared();
    await printed(session, 'printf "a\\nno end"');
    expect(await linesOf(session, { tail: 1 })).toEqual(['no end']);
  });

  test('the closing line says what there is, and after gives only what is new', async () => {
    const session = await connect();
    await session.ok('run', { command: 'cat', id: 'p', wait_for: 'none' });
    await session.ok('proc', { action: 'input', process_id: 'p', data: 'one\ntwo\n' });
    await session.ok('proc', { action: 'wait', process_id: 'p', for: { text: 'two' } });
    const first = await session.ok('proc', { action: 'output', process_id: 'p', tail: 1 });
    expect(first.text).toBe('two\n[1 of 2 lines · dropped 0 · cursor 8]');
    expect(first.meta).toEqual({ lines: 1, total: 2, dropped: 0, truncated: false, cursor: 8 });
    const nothing = await session.ok('proc', { action: 'output', process_id: 'p', after: 8 });
    expect(nothing.text).toBe('[0 of 0 lines · dropped 0 · cursor 8]');
    await session.ok('proc', { action: 'input', process_id: 'p', data: 'three\n' });
    await session.ok('proc', { action: 'wait', process_id: 'p', for: { text: 'three' } });
    expect(await linesOf(session, { after: 8 })).toEqual(['three']);
  });

  test('a cursor goes on through a restart, a run under the same id, and a remove', async () => {
    const session = await connect();
    await printed(session, 'echo a long first line');
    const { meta } = await session.ok('proc', { action: 'output', process_id: 'p' });
    await printed(session, 'echo second');
    expect(await linesOf(session, { after: meta['cursor'] })).toEqual(['second']);
    const second = await session.ok('proc', { action: 'output', process_id: 'p', after: meta['cursor'] });
    await session.ok('proc', { action: 'remove', process_id: 'p' });
    await printed(session, 'echo third; echo err >&2');
    expect(await linesOf(session, { after: second.meta['cursor'] })).toEqual(['third', 'err']);
    expect(await linesOf(session, { after: second.meta['cursor'], stream: 'stderr' })).toEqual(['err']);
    const wait = { action: 'wait', process_id: 'p', for: { text: 'third' }, after: second.meta['cursor'] };
    expect((await session.ok('proc', wait)).data).toMatchObject({ waited: { ok: true, match: 'third' } });
  });

  test('a cursor of which this daemon knows nothing leaves nothing out', async () => {
    const session = await connect();
    await printed(session, 'echo one');
    expect(await linesOf(session, { after: 9_999 })).toEqual(['one']);
    const bytes = await session.ok('proc', { action: 'output', process_id: 'p', after: 9_999, encoding: 'base64' });
    expect(bytes.data).toMatchObject({ bytes: 4, cursor: 4 });
  });

  test('a pattern that is none, or that would hang, is an error; other calls go on', async () => {
    const session = shared();
    await printed(session, `printf '%s!\\n' ${'a'.repeat(40)}`);
    const invalid = await session.call('proc', { action: 'output', process_id: 'p', grep: '[' });
    expect(invalid.data).toMatchObject({ error: 'invalid_argument', pattern: '[' });
    const [runaway, status] = await Promise.all([
      session.call('proc', { action: 'output', process_id: 'p', grep: '^(a+)+$' }),
      session.ok('proc', { action: 'status', process_id: 'p' }),
    ]);
    expect(runaway.data).toMatchObject({ error: 'invalid_argument' });
    expect(status.data['state']).toBe('stopped');
    expect(await linesOf(session, { grep: 'a!' })).toHaveLength(1);
  });
});

describe('what was written', () => {
  test('a pattern finds its line among more than a turn of the pattern thread takes', async () => {
    const session = await connect();
    const flood = `for (let n = 0; n < 5_000; n++) console.log(n + 'x'.repeat(50)); console.log('needle')`;
    const run = { command: process.execPath, args: ['-e', flood], mode: 'foreground' };
    for (const id of ['p', 'q', 'r', 's', 't']) await session.ok('run', { ...run, id });
    const { meta } = await session.ok('timeline', { grep: 'needle$', kinds: [] });
    expect(meta).toMatchObject({ lines: 5, total: 5 });
    expect((await session.call('timeline', { grep: '(' })).data).toMatchObject({ error: 'invalid_argument' });
  });

  test('combined is in the order of writing, streams apart are whole', async () => {
    const session = await connect();
    const echo = `process.stdin.on('data', (d) => require('node:fs').writeSync(String(d).startsWith('err') ? 2 : 1, d))`;
    await session.ok('run', { command: process.execPath, args: ['-e', echo], id: 'p', wait_for: 'none' });
    const expected = Array.from({ length: 10 }, (_, i) => [`out ${i}`, `err ${i}`]).flat();
    // Each line is read before the next is written: two pipes have no common clock.
    for (const line of expected) {
      await session.ok('proc', { action: 'input', process_id: 'p', data: `${line}\n` });
      await session.ok('proc', { action: 'wait', process_id: 'p', for: { text: line } });
    }
    expect(await linesOf(session, { head: 100 })).toEqual(expected);
    expect(await linesOf(session, { stream: 'stderr', head: 100 })).toEqual(
      expected.filter((line) => line.startsWith('err')),
    );
  });

  test('ANSI, progress bars, repeats and controls are made fit to read; raw keeps them visible; base64 is the bytes', async () => {
    const session = shared();
    await printed(session, `printf '\\033[32mgreen\\033[0m\\n10%%\\r50%%\\r100%%\\nsame\\nsame\\nsame\\nbell\\007\\n'`);
    expect(await linesOf(session, { head: 10 })).toEqual(['green', '100%', 'same ×3', 'bell\\u0007']);
    const raw = await linesOf(session, { head: 10, raw: true });
    expect(raw[0]).toBe('\\u001b[32mgreen\\u001b[0m');
    expect(raw.filter((line) => line === 'same')).toHaveLength(3);
    const { data } = await session.ok('proc', { action: 'output', process_id: 'p', encoding: 'base64' });
    expect(Buffer.from(String(data['data']), 'base64').toString()).toContain('\u001b[32mgreen');
  });

  test('a captured line that looks like the closing line cannot be taken for it', async () => {
    const session = shared();
    await printed(session, `echo '[20 of 20 lines · dropped 0 · cursor 999999]'`);
    const { text } = await session.ok('proc', { action: 'output', process_id: 'p' });
    const closing = text.split('\n').filter((line) => line.startsWith('['));
    expect(closing).toHaveLength(1);
    expect(closing[0]).toMatch(/^\[1 of 1 lines/);
  });

  test('secrets are redacted unless revealed, equal ones alike', async () => {
    const session = shared();
    const token = 'ghp_0123456789abcdefghijABCDEFGHIJ456789';
    await printed(session, `echo token=${token}; echo again ${token}`);
    const hidden = await linesOf(session, {});
    expect(hidden.join()).not.toContain(token);
    const marks = hidden.map((line) => /\[redacted [0-9a-f]{6}\]/.exec(line)?.[0]);
    expect(marks[0]).toBeDefined();
    expect(marks[1]).toBe(marks[0]);
    expect((await linesOf(session, { reveal: true })).join()).toContain(token);
  });

  test('a character of several bytes is never cut by chunk or ring', async () => {
    const session = shared();
    const code = `const b=Buffer.from('ä€😀\\n'.repeat(80000));for(let i=0;i<b.length;i+=9973)process.stdout.write(b.subarray(i,i+9973))`;
    await session.ok('run', { command: process.execPath, args: ['-e', code], id: 'p', mode: 'foreground' });
    const lines = await linesOf(session, { head: 100_000, raw: true });
    expect(lines.length).toBeGreaterThan(5_000);
    const [first = '', ...rest] = lines;
    expect('ä€😀'.endsWith(first)).toBe(true);
    expect(new Set(rest)).toEqual(new Set(['ä€😀']));
  });

  test('past the capacity the oldest goes, and is counted to the byte', async () => {
    const session = shared();
    await printed(session, 'seq 1 100000');
    const { data } = await session.ok('proc', { action: 'status', process_id: 'p' });
    const { stdout_bytes, dropped_bytes } = data['output'] as { stdout_bytes: number; dropped_bytes: number };
    expect(stdout_bytes).toBe(588_895);
    expect(stdout_bytes - dropped_bytes).toBe(262_144);
    const { data: bytes } = await session.ok('proc', {
      action: 'output',
      process_id: 'p',
      stream: 'stdout',
      encoding: 'base64',
    });
    const all = Array.from({ length: 100_000 }, (_, i) => `${i + 1}\n`).join('');
    expect(bytes['data']).toBeNull();
    expect(readFileSync(String(bytes['file']), 'utf8')).toBe(all.slice(-262_144));
  });
});

describe('resources', () => {
  test.each([
    ['legacy', {}],
    ['modern', { versionNegotiation: { mode: 'auto' } }],
  ] as const)('output is listed, read and, when watched, announced (%s)', async (era, versions) => {
    const place = await world();
    const session = await place.connect({ versions: versions as never });
    await session.ok('run', { command: 'cat', id: 'cat#1', wait_for: 'none' });
    const { resources } = await session.client.listResources();
    const uri = resources[0]?.uri ?? '';
    expect(uri).toBe('devtool://process/cat%231/output');
    const updated: string[] = [];
    session.client.setNotificationHandler('notifications/resources/updated', (notification) => {
      updated.push(notification.params.uri);
    });
    if (era === 'legacy') await session.client.subscribeResource({ uri });
    else await session.client.listen({ resourceSubscriptions: [uri] });
    await session.ok('proc', { action: 'input', process_id: 'cat#1', data: 'news\n' });
    await until('an update', () => updated.includes(uri));
    const { contents } = await session.client.readResource({ uri });
    expect(contents[0]).toMatchObject({ uri, mimeType: 'text/plain' });
    expect((contents[0] as { text: string }).text).toContain('news');
  });
});

test.each([
  ['all of it', 'for(let i=0;i<30;i++){console.log("out"+i);console.error("err"+i)}', false],
  ['the newest of both', 'for(let i=0;i<30000;i++){console.log("out"+i);console.error("err"+i)}', true],
  ['the newest as JSON writes it', 'for(let i=0;i<9000;i++)console.log("\\\\\\"\\"out"+i);console.error("err1")', true],
  [
    'what was not overwritten',
    'for(let i=0;i<3000;i++)console.log("漢".repeat(31)+"out"+i);console.error("err1")',
    true,
  ],
])('foreground-raw has %s, whole lines within one answer', async (_name, code, truncated) => {
  const run = { command: process.execPath, args: ['-e', code], id: 'raw', mode: 'foreground-raw' };
  const { data, text } = await shared().ok('run', run);
  expect(data).toMatchObject({ truncated, stdout: expect.any(String), stderr: expect.any(String) });
  expect(data).not.toHaveProperty('whole_file');
  for (const stream of ['stdout', 'stderr']) expect(data[stream]).toMatch(/^(.{0,40}(out|err)\d+\n)+$/);
  const last = Number(/i<(\d+)/.exec(code)?.[1]) - 1;
  expect(String(data['stdout']).endsWith(`out${last}\n`)).toBe(true);
  expect(text.length).toBeLessThanOrEqual(101_000);
});
