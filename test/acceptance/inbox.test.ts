/** `errors` and `timeline` without a page: output, crashes and failed requests. */
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { expect, test } from 'vitest';
import { until, world } from './harness.ts';

interface Events {
  readonly cursor: number;
  readonly events: readonly unknown[];
}

test('compile errors, crashes and failed requests are in one inbox, and retired by a build that succeeds', async () => {
  const session = await (await world()).connect();
  const code = `process.stdin.on('data', (text) => process.stdout.write(text)); setTimeout(() => {}, 1e9)`;
  await session.ok('run', { command: process.execPath, args: ['-e', code], id: 'build', wait_for: 'none' });
  const say = async (text: string) => {
    await session.ok('proc', { action: 'input', process_id: 'build', data: `${text}\n` });
    await session.ok('proc', { action: 'wait', process_id: 'build', for: { text } });
  };
  await say("src/a.ts(4,5): error TS2304: Cannot find name 'x'.");
  await session.ok('run', {
    command: process.execPath,
    args: ['-e', 'process.exit(3)'],
    id: 'boom',
    mode: 'foreground',
  });
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/bad' ? 503 : 404;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy = await session.ok('proxy', {
    action: 'start',
    id: 'web',
    target_url: `localhost:${(server.address() as AddressInfo).port}`,
  });
  for (const path of ['bad', 'bad', 'none']) await (await fetch(`${String(proxy.data['url'])}${path}`)).text();

  const { text, meta } = await session.ok('errors');
  expect(text).toMatch(/^error output TS2304: Cannot find name 'x'\. src\/a\.ts:4:5 \[build\]/m);
  expect(text).toMatch(/^error crash boom \(.*\) has crashed: exit code 3 \[boom\]/m);
  expect(text).toMatch(/^error ×2 http GET \/bad 503 \[req_\d+\]/m);
  expect(text).toMatch(/^warning http GET \/none 404/m);
  expect(meta).toMatchObject({ lines: 4, total: 4 });
  expect((await session.ok('errors', { severity: 'error', source: 'http' })).text.split('\n')).toHaveLength(2);
  await say('12:00 [vite] (client) hmr update /src/a.ts');
  expect((await session.ok('errors', { source: 'output' })).text).toMatch(
    /^None of 3 entries fits source="output"\.\n\[0 of 0 lines · dropped 0 · cursor \d+\]$/,
  );

  const timeline = (await session.ok('timeline', { grep: 'TS2304|exit code 3|503' })).text.split('\n');
  expect(timeline.slice(0, -1).map((line) => line.slice(13, 17))).toEqual(['out ', 'proc', 'http', 'http']);
  await new Promise((resolve) => server.close(resolve));
});

test('an error whose lines lie on both sides of a cursor is told behind it, with all that is known by then', async () => {
  const session = await (await world()).connect();
  const code = `process.stdin.on('data', (text) => process.stdout.write(text)); setTimeout(() => {}, 1e9)`;
  for (const id of ['app', 'build', 'api'])
    await session.ok('run', { command: process.execPath, args: ['-e', code], id, wait_for: 'none' });
  const say = async (process_id: string, text: string) => {
    await session.ok('proc', { action: 'input', process_id, data: text });
    await session.ok('proc', { action: 'wait', process_id, for: { text: text.trim().split('\n').at(-1) ?? '' } });
  };
  await say('api', 'Traceback (most recent call last):\n  File "app.py", line 7, in show\n');
  await say('build', 'src/a.ts(4,5): error TS2304: Cannot fi');
  await say('app', 'ReferenceError: y is not defined\n');
  const first = await session.ok('errors');
  expect(first.text).toMatch(/^error output ReferenceError: y is not defined \[app\]/m);
  expect(first.meta).toMatchObject({ lines: 2 });
  await say('app', '    at f (/p/b.js:1:2)\n');
  await say('build', "nd name 'x'.\n");
  await say('api', 'ZeroDivisionError: division by zero\n');
  const next = await session.ok('errors', { after: first.meta['cursor'] });
  expect(next.text).toMatch(/^error output ReferenceError: y is not defined \/p\/b\.js:1:2 \[app\]/m);
  expect(next.text).toMatch(/^error output TS2304: Cannot find name 'x'\. src\/a\.ts:4:5 \[build\]/m);
  expect(next.text).toMatch(/^error output ZeroDivisionError: division by zero app\.py:7 \[api\]/m);
  expect((await session.ok('errors', { after: next.meta['cursor'] })).meta).toMatchObject({ lines: 0 });
  const events = async (after: number) => {
    const { contents } = await session.client.readResource({ uri: `devtool://events?kinds=output&after=${after}` });
    return JSON.parse(String(contents[0] && 'text' in contents[0] ? contents[0].text : '')) as Events;
  };
  let told = await events(0);
  await until('three errors among the events', async () => {
    told = await events(0);
    return told.events.length === 3;
  });
  expect((await events(told.cursor)).events).toEqual([]);
});

test('where nothing is wrong a cursor goes on all the same', async () => {
  const session = await (await world()).connect();
  const cursorOf = async () => Number((await session.ok('errors')).meta['cursor']);
  await until('a daemon that is a moment old', async () => (await cursorOf()) > 0);
  expect((await session.ok('errors', { after: await cursorOf() })).text).toMatch(/^\[0 of 0 lines · /);
});

test('what the proxy answered itself, or could not finish, is told with the reason', async () => {
  const session = await (await world()).connect();
  const answers: Record<string, string> = {
    '/odd': 'hello\r\n\r\n',
    '/cut': 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf',
  };
  const server = createTcpServer((socket) =>
    socket.on('error', () => {}).on('data', (bytes) => socket.end(answers[String(bytes).split(' ')[1] ?? ''] ?? '')),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const target_url = `localhost:${(server.address() as AddressInfo).port}`;
  const { data } = await session.ok('proxy', { action: 'start', id: 'web', target_url });
  for (const path of ['odd', 'cut'])
    await fetch(`${String(data['url'])}${path}`, { headers: { accept: 'text/plain' } })
      .then((answer) => answer.text())
      .catch(() => {});
  const { text } = await session.ok('errors');
  expect(text).toMatch(
    /^error http GET \/odd 502 \(broke off: the target's answer cannot be read: status line: line="hello"\) \[req_\d+\]/m,
  );
  expect(text).toMatch(/^error http GET \/cut 200 \(broke off: .*\) \[req_\d+\]/m);
  await new Promise((resolve) => server.close(resolve));
});
