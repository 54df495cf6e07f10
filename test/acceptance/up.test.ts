/** `up` on the built program: the live view in a pseudo-terminal, plain lines elsewhere. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, start } from './command-line.ts';
import { BIN, isAlive, ownEnvironment, ROOT, until, type World, world } from './harness.ts';
import { openTerminal, type Terminal } from './terminal.ts';

const SERVER = `
import http from 'node:http';
const server = http.createServer((request, response) => {
  response.statusCode = request.url === '/bad' ? 500 : 200;
  response.end('ok');
});
server.listen(0, () => console.log(\`listens on http://localhost:\${server.address().port}/\`));
`;
const LEFT = '\x1b[?7h\x1b[?25h\x1b[?1049l';

/** A daemon, a server and a proxy have to start first. */
const soon = (what: string, condition: () => boolean): Promise<void> => until(what, condition, 3_000);

async function project(): Promise<World> {
  const place = await world();
  await place.write('server.mjs', SERVER);
  await place.write('package.json', JSON.stringify({ name: 'web', scripts: { dev: 'node server.mjs' } }));
  await place.write('bin/xdg-open', '#!/bin/sh\nprintf %s "$1" > opened\n');
  chmodSync(join(place.project, 'bin/xdg-open'), 0o755);
  return place;
}

function open(place: World, more: Record<string, string> = {}, name?: string): Terminal {
  const env = {
    ...ownEnvironment(),
    DEVTOOL_MCP_HOME: place.home,
    PATH: `${place.project}/bin:${process.env['PATH']}`,
  };
  return openTerminal([BIN, 'up'], place.project, { ...env, ...more }, name);
}

const processOf = async (place: World, id: string) => {
  const { stdout } = await cli(place, 'proc', 'status', `process_id=${id}`, '--json');
  return JSON.parse(stdout);
};

test('the live view shows what goes on, obeys keys, and stops what it started', async () => {
  const place = await project();
  const session = await place.connect();
  await session.ok('run', { command: 'sleep', args: ['60'], id: 'found' });
  const terminal = open(place);
  await soon('both processes and the proxy are there', () =>
    /^dev +ready .*\n(?:.*\n)*PROXY.*\ndev .* http:\/\/localhost:\d+\/ → /m.test(terminal.screen()),
  );
  expect(terminal.screen()).toMatch(/^found +running/m);
  expect(terminal.screen()).toMatch(/^dev listens on http:\/\/localhost:\d+\/$/m);
  const url = /(http:\/\/localhost:\d+\/) →/.exec(terminal.screen())?.[1] ?? '';
  await fetch(`${url}bad`);
  await soon('the request and its failure are there', () =>
    /^dev +1 +\d(?:.*\n)*ERRORS 1\nerror http GET \/bad 500/m.test(terminal.screen()),
  );
  terminal.pty.write('j');
  terminal.pty.write('o');
  await soon('the proxy’s address is opened', () => existsSync(join(place.project, 'opened')));
  expect(readFileSync(join(place.project, 'opened'), 'utf8')).toBe(url);
  terminal.pty.write('r');
  await soon('it was restarted', () => /^dev +ready +\d+s +1 /m.test(terminal.screen()));
  terminal.pty.resize(30, 8);
  await soon('it is drawn anew', () => terminal.screen().split('\n').length === 8);
  for (const line of terminal.screen().split('\n')) expect(line.length).toBeLessThanOrEqual(30);

  const dev = await processOf(place, 'dev');
  terminal.pty.write('q');
  expect(await terminal.ended).toBe(0);
  expect(terminal.written()).toContain('\x1b[31m');
  expect(terminal.written().split(LEFT)[1]).toMatch(/devtool-mcp: stopped\r\n$/);
  expect(isAlive(dev.pid)).toBe(false);
  expect(await processOf(place, 'found')).toMatchObject({ state: 'running' });
  expect((await session.ok('proxy', { action: 'list' })).data).toMatchObject({ proxies: [] });
}, 120_000);

test('a terminal that knows no sequences gets plain lines', async () => {
  const place = await project();
  const terminal = open(place, {}, 'dumb');
  await soon('the address is there', () => /devtool-mcp: open http:\/\/localhost:\d+\//.test(terminal.written()));
  terminal.pty.write('\x03');
  expect(await terminal.ended).toBe(0);
  expect(terminal.written()).not.toContain('\x1b');
  await cli(place, 'daemon', 'stop');
});

test('a daemon that is lost is told, and everything begins anew; a signal leaves the terminal as it was', async () => {
  const place = await project();
  const terminal = open(place, { NO_COLOR: '1' });
  await soon('it is ready', () => /^dev +ready/m.test(terminal.screen()));
  const { pid } = JSON.parse((await cli(place, 'daemon', 'status', '--json')).stdout);
  process.kill(pid, 'SIGKILL');
  await soon('the loss is told', () => terminal.written().includes('the daemon was lost'));
  await soon('it is ready again', () => /^dev +ready +\ds/m.test(terminal.screen()));
  const again = await processOf(place, 'dev');
  terminal.pty.kill('SIGHUP');
  expect(await terminal.ended).toBe(0);
  expect(terminal.written()).toContain(LEFT);
  expect(terminal.written()).not.toMatch(/\x1b\[3\dm/);
  expect(isAlive(again.pid)).toBe(false);
  await cli(place, 'daemon', 'stop');
}, 120_000);

test('without a terminal: plain lines, the proxy’s address, and the end at Ctrl-C', async () => {
  const place = await world();
  const running = start(place, 'up', join(ROOT, 'examples/shop'));
  await until('vite and the proxy are told', () =>
    [/ready at http:\/\/localhost:\d+\//, /VITE/, /open http:\/\/localhost:\d+\/$/m].every((one) =>
      one.test(running.stdout()),
    ),
  );
  const url = /open (http:\/\/localhost:\d+\/)$/m.exec(running.stdout())?.[1] ?? '';
  expect(await (await fetch(url, { headers: { accept: 'text/html', 'sec-fetch-dest': 'document' } })).text()).toContain(
    '/__devtool/client.js',
  );
  const listed = JSON.parse((await cli(place, 'proc', 'list', 'global=true', '--json')).stdout);
  running.child.kill('SIGINT');
  expect(await running.code).toBe(0);
  expect(running.stdout()).toContain('devtool-mcp: stopped');
  expect(running.stdout()).not.toContain('\x1b');
  expect(isAlive(listed.processes[0].pid)).toBe(false);
  await cli(place, 'daemon', 'stop');
}, 120_000);

test('in the background of a shell that has ended it goes on until a signal', async () => {
  const place = await project();
  const log = await place.write('up.log', '');
  // The shell leads a session; what it leaves behind belongs to another parent from the first look on.
  const line = `"${process.execPath}" "${BIN}" up > up.log 2>&1 & echo $!`;
  const shell = spawn('sh', ['-c', line], {
    cwd: place.project,
    env: { ...ownEnvironment(), DEVTOOL_MCP_HOME: place.home },
    detached: true,
  });
  const pid = Number(String((await once(shell.stdout, 'data'))[0]));
  await soon('it is ready', () => /^devtool-mcp: open http/m.test(readFileSync(log, 'utf8')));
  const dev = await processOf(place, 'dev');
  expect(readFileSync(log, 'utf8')).not.toContain('stop');
  // What somebody else starts meanwhile is theirs; what runs already is not started or stopped by a second one.
  const session = await place.connect();
  await session.ok('proxy', { action: 'start', id: 'theirs', target_url: 'http://localhost:9' });
  const second = start(place, 'up');
  await soon('the second one is there', () => /^devtool-mcp: open http/m.test(second.stdout()));
  second.child.kill('SIGINT');
  expect(await second.code).toBe(0);
  expect(second.stdout()).toMatch(/^devtool-mcp: dev runs already, at http/m);
  expect(second.stdout()).toMatch(/^devtool-mcp: nothing to stop/m);
  expect(isAlive(dev.pid)).toBe(true);
  process.kill(pid, 'SIGTERM');
  await soon('it has ended', () => !isAlive(pid));
  expect(isAlive(dev.pid)).toBe(false);
  const { data } = await session.ok('proxy', { action: 'list' });
  expect((data['proxies'] as { id: string }[]).map(({ id }) => id)).toEqual(['theirs']);
}, 120_000);

test('a script that fails ends it; one that is not there is named', async () => {
  const place = await world();
  await place.write('package.json', JSON.stringify({ scripts: { dev: 'echo no; exit 7' } }));
  const failed = await cli(place, 'up');
  expect(failed.code).toBe(1);
  expect(failed.stdout).toMatch(/^no\n/m);
  expect(failed.stdout).toContain('dev has ended: failed, exit code 7');
  const missing = await cli(place, 'up', 'script=dve');
  expect(missing.code).toBe(1);
  expect(missing.stderr).toMatch(/^not_found: .* has no script named dve\. .*Did you mean dev\?/);
  await cli(place, 'daemon', 'stop');
}, 120_000);
