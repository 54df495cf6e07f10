/** `watch` on the built program: what it tells of processes and traffic, over daemons, and when it ends. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { start } from './command-line.ts';
import { isAlive, ownEnvironment, PROGRAMS, until, world } from './harness.ts';

const SERVER = `
import http from 'node:http';
const server = http.createServer((request, response) => {
  if (request.url === '/exit') return response.end('bye', () => process.exit(3));
  response.statusCode = request.url.startsWith('/bad') ? 500 : request.url === '/none' ? 404 : 200;
  response.end(request.url);
});
server.listen(0, () => console.log(\`http://localhost:\${server.address().port}/\`));
`;

const eventsOf = (stdout: string): Record<string, unknown>[] =>
  stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]));

const kindsOf = (stdout: string): unknown[] => eventsOf(stdout).map(({ kind }) => kind);

test('events come as they happen, each once, in the order of their times, also from the daemon after the next', async () => {
  const place = await world();
  await place.write('server.mjs', SERVER);
  const all = start(place, 'watch', '--json');
  const some = start(place, 'watch', 'kinds=5xx,4xx');
  await until('both wait for a daemon', () => [all, some].every((one) => one.stderr().includes('waiting for one')));
  const first = await place.connect();
  const run = { command: 'node', args: ['server.mjs'], id: 'web', restart: 'on-failure', wait_for: 'ready' };
  await first.ok('run', run);
  const { url } = (await first.ok('proxy', { action: 'start', process_id: 'web' })).data;
  for (const path of ['bad?secret=hunter22', 'none', 'exit']) await fetch(`${url}${path}`);
  await until('the crash and the new run are told', () => kindsOf(all.stdout()).slice(-2).join() === 'restart,ready');
  await until('both requests are told', () => some.stdout().split('\n').length === 3);
  expect(some.stdout()).toMatch(/^\S+ 5xx {5}GET \/bad 500 \[req_\d+\]\n\S+ 4xx {5}GET \/none 404 \[req_\d+\]\n$/);

  await first.ok('daemon', { action: 'stop' });
  await until('the loss is told', () => all.stdout().includes('the daemon was lost'));
  const second = await place.connect();
  await second.ok('run', run);
  await until('the next daemon’s process is told', () => eventsOf(all.stdout()).at(-1)?.['kind'] === 'ready');
  const told = eventsOf(all.stdout());
  expect(kindsOf(all.stdout()).filter((kind) => kind !== 'ended')).toEqual([
    'ready',
    '5xx',
    'crash',
    'restart',
    'ready',
    'daemon',
    'daemon',
    'ready',
  ]);
  expect(told[1]).toMatchObject({ proxy_id: 'web', process_id: null, path: place.project, count: 1 });
  expect(told[2]).toMatchObject({ process_id: 'web', text: 'web crashed: exit code 3' });
  for (const one of [all, some]) one.child.kill('SIGTERM');
  expect(await Promise.all([all.code, some.code])).toEqual([0, 0]);
});

test('since tells what has been; filters choose; an onlooker is no client', async () => {
  const place = await world();
  const session = await place.connect();
  await session.ok('run', { command: 'sh', args: ['-c', 'exit 4'], id: 'a', wait_for: 'exit' });
  await session.ok('run', { command: 'sh', args: ['-c', 'exit 5'], id: 'b', wait_for: 'exit' });
  const watching = start(place, 'watch', 'since=1h', 'process_id=b', '--kinds=crash');
  await until('b’s crash is told', () => watching.stdout() !== '');
  expect(watching.stdout()).toMatch(/^\S+ crash {3}b crashed: exit code 5\n$/);
  expect((await session.ok('daemon', { action: 'info' })).data).toMatchObject({ clients: 1 });
  watching.child.kill('SIGINT');
  expect(await watching.code).toBe(0);
  const wrong = start(place, 'watch', 'kinds=chrash');
  expect(await wrong.code).toBe(2);
  expect(wrong.stderr()).toContain('Did you mean crash?');
});

test('it ends with who reads it, and with who has started it', async () => {
  const place = await world();
  const env = { ...ownEnvironment(), DEVTOOL_MCP_HOME: place.home };
  const parent = spawn(process.execPath, [`${PROGRAMS}/watch-parent.mjs`], { cwd: place.project, env });
  const [pid] = (await once(parent.stdout, 'data')).map((chunk) => Number(String(chunk)));
  parent.kill('SIGKILL');
  await until('the orphan has ended', () => !isAlive(pid ?? 0));

  const session = await place.connect();
  const reader = start(place, 'watch', 'since=1h', 'kinds=ended,crash');
  await session.ok('run', { command: 'sh', args: ['-c', 'exit 4'], id: 'a', wait_for: 'exit' });
  await until('it tells something', () => reader.stdout() !== '');
  reader.child.stdout.destroy();
  await session.ok('run', { command: 'sh', args: ['-c', 'exit 5'], id: 'b', wait_for: 'exit' });
  expect(await reader.exited).toBe(0);
});
