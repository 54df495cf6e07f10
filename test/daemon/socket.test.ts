import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import { type Door, openDoor } from '../../src/daemon/socket.ts';
import { type FrontHello, helloLine, MOST_HELLO_BYTES } from '../../src/home/hello.ts';
import { loopTurns } from './loop-turns.ts';

const directory = mkdtempSync(join(tmpdir(), 'dtm-door-'));
const path = join(directory, 's');
const hello: FrontHello = { version: '1.0.0', cwd: '/w', pid: 7, env: { A: 'b' }, role: 'front' };
const log: string[] = [];
const connected: { hello: FrontHello; socket: Socket }[] = [];
let door: Door | null = null;

const open = async (leaving = false, turns = loopTurns()) => {
  door = await openDoor({
    path,
    greet: () => ({ version: '1.0.0', pid: 1, epoch: 3, leaving }),
    connected: (from, socket) => connected.push({ hello: from, socket }),
    turns,
    watch: () => () => {},
    log: (line) => log.push(line),
  });
};

afterEach(() => {
  door?.close();
  log.splice(0);
  connected.splice(0);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** What the daemon says to `chunks`, until it ends; it is kept open here. */
async function answerTo(...chunks: (string | Buffer)[]): Promise<string> {
  const socket = createConnection({ path, allowHalfOpen: true });
  socket.on('error', () => {});
  for (const chunk of chunks) socket.write(chunk);
  let text = '';
  socket.on('data', (chunk) => {
    text += String(chunk);
  });
  await once(socket, 'end');
  socket.destroy();
  return text;
}

test('is the user’s alone from its first moment, and the umask is as it was', async () => {
  writeFileSync(path, 'what a dead daemon left');
  const before = process.umask();
  const opening = open();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  await opening;
  expect(process.umask()).toBe(before);
});

test('is opened again where somebody has removed it; who is connected stays', async () => {
  await open();
  const before = createConnection(path);
  before.write(helloLine(hello));
  await once(before, 'data');
  rmSync(path);
  await door?.reopen();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const after = createConnection(path);
  after.write(helloLine(hello));
  await once(after, 'data');
  expect(connected).toHaveLength(2);
  const heard = Promise.all([before, after].map((socket) => once(socket, 'data')));
  for (const { socket } of connected) socket.end('x');
  expect((await heard).map(String)).toEqual(['x', 'x']);
  for (const socket of [before, after]) socket.destroy();
  door?.close();
  expect(existsSync(path)).toBe(false);
});

test('of many that come in one moment few are accepted in one turn; who comes again gets in', async () => {
  await open();
  const come = async () => {
    for (let tries = 1; ; tries++) {
      const socket = createConnection(path);
      const refused = await new Promise<boolean>((resolve) => {
        socket.once('connect', () => resolve(false)).once('error', () => resolve(true));
      });
      if (!refused) return { socket, tries };
      await new Promise(setImmediate);
    }
  };
  const inside = await Promise.all(Array.from({ length: 100 }, come));
  expect(inside.some(({ tries }) => tries > 1)).toBe(true);
  for (const { socket } of inside) socket.write(helloLine(hello));
  await Promise.all(inside.map(({ socket }) => once(socket, 'data')));
  expect(connected).toHaveLength(100);
  for (const { socket } of inside) socket.destroy();
});

test('hello lines each way, and what came behind it is still there', async () => {
  await open();
  const socket = createConnection(path);
  socket.write(`${helloLine(hello)}{"first":1}\n`);
  const [answer] = await once(socket, 'data');
  expect(JSON.parse(String(answer))).toEqual({ devtool_mcp: { version: '1.0.0', pid: 1, epoch: 3, leaving: false } });
  const [connection] = connected;
  expect(connection?.hello).toEqual(hello);
  connection?.socket.resume();
  const [rest] = await once(connection?.socket ?? socket, 'data');
  expect(String(rest)).toBe('{"first":1}\n');
  socket.destroy();
  await once(socket, 'close');
});

test.each([
  ['HTTP', ['GET / HTTP/1.1\r\nHost: x\r\n\r\n']],
  ['MCP without a hello', ['{"jsonrpc":"2.0","id":1,"method":"initialize"}\n']],
  ['bytes', [Buffer.from([0, 255, 254, 10, 1])]],
  ['a hello of another kind', ['{"devtool_mcp":{"role":"root"}}\n']],
  ['a line without an end', ['x'.repeat(MOST_HELLO_BYTES), 'y'.repeat(100_000)]],
])('%s is answered with one error, and only that connection ends', async (_, chunks) => {
  await open();
  const good = createConnection(path);
  good.write(helloLine(hello));
  await once(good, 'data');
  const answer = await answerTo(...chunks);
  expect(answer.indexOf('\n')).toBe(answer.length - 1);
  expect(JSON.parse(answer)).toMatchObject({ jsonrpc: '2.0', id: null, error: { code: -32600 } });
  expect(log).toHaveLength(1);
  expect(good.destroyed).toBe(false);
  good.destroy();
  await once(good, 'close');
});

test('a daemon that leaves says so and lets go', async () => {
  await open(true);
  expect(JSON.parse(await answerTo(helloLine(hello)))).toMatchObject({ devtool_mcp: { leaving: true } });
  expect(connected).toEqual([]);
});

test('a closed door ends who is there and lets nobody in', async () => {
  await open();
  const socket = createConnection(path);
  socket.write(helloLine(hello));
  await once(socket, 'data');
  door?.close();
  await once(socket, 'close');
  const late = createConnection(path);
  const [error] = await once(late, 'error');
  expect(['ENOENT', 'ECONNREFUSED']).toContain(error.code);
});

test('a connection is heard when its turn has come', async () => {
  const waiting: (() => void)[] = [];
  const next = () => new Promise<void>((resolve) => waiting.push(resolve));
  await open(false, { place: () => ({ next, leave() {} }) });
  const sockets = [createConnection(path), createConnection(path)];
  for (const socket of sockets) socket.write(helloLine(hello));
  while (waiting.length < 2) await new Promise(setImmediate);
  expect(connected).toEqual([]);
  waiting[1]?.();
  await once(sockets[1] as Socket, 'data');
  expect(connected.length).toBe(1);
  for (const socket of sockets) socket.destroy();
});
