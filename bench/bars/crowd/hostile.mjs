// The hostile part of S9, in a process of its own: deaf clients that send and never read, and clients that send garbage, over and over.
import { once } from 'node:events';
import { random } from '../front.mjs';
import { callLine, helloOf, INITIALIZE, rawSocket } from './raw-client.mjs';

const [path, cwd, deafCount, garbageCount, seed] = process.argv.slice(2);
const chance = random(Number(seed));
const pick = (list) => list[Math.floor(chance() * list.length)];
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const counts = { deaf: 0, deafClosed: 0, garbage: 0, garbageBytes: 0 };

const REQUESTS = 2_000;
const ASKED = [
  ['proc', { action: 'list' }],
  ['proc', { action: 'output', process_id: 'talks', tail: 1_000 }],
  ['proc', { action: 'status', process_id: 'nobody' }],
  ['run', { command: 'sleep', args: ['600'], id: 'sleeps', wait_for: { text: 'never' }, wait_timeout_ms: 60_000 }],
  ['errors', {}],
  ['daemon', { action: 'info' }],
];
const listLine = (id) => `${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/list' })}\n`;
/** One kind of request each, so that both the short and the long answers pile up; made once, they are the same for everybody. */
const BODIES = [
  listLine,
  ...ASKED.map(
    ([name, args]) =>
      (id) =>
        callLine(id, name, args),
  ),
].map((line) => Buffer.from(Array.from({ length: REQUESTS }, (_, n) => line(n + 1)).join('')));

async function deaf(n) {
  const socket = await rawSocket(path);
  counts.deaf += 1;
  socket.pause();
  socket.write(helloOf(cwd, 100_000 + n) + INITIALIZE);
  socket.write(BODIES[n % BODIES.length]);
  // A paused socket hears of its end when it writes.
  while (!socket.destroyed) {
    await pause(1_000);
    socket.write('\n');
  }
  counts.deafClosed += 1;
}

const bytes = (length) => Buffer.from(Array.from({ length }, () => Math.floor(chance() * 256)));
const opened = (n) => helloOf(cwd, 200_000 + n) + INITIALIZE;
const NESTED = `${'['.repeat(200_000)}${']'.repeat(200_000)}\n`;
const MANY = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"a":[${'[],'.repeat(300_000)}[]]}}\n`;
const LONG = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"proc","arguments":{"a":"${'x'.repeat(3_000_000)}"}}}\n`;
/** What each sends: pieces, one after the other. */
const KINDS = [
  (n) => [opened(n), ...Array.from({ length: 40 }, () => bytes(4_000))],
  (n) => [opened(n), '{"jsonrpc":"2.0","id":1,\n'.repeat(2_000)],
  (n) => [opened(n), '{"id":1}\n[]\nnull\n"x"\n{"jsonrpc":"1.0"}\n'.repeat(500)],
  (n) => [opened(n), ...Array.from({ length: 40 }, () => 'x'.repeat(250_000))],
  (n) => [opened(n), NESTED, NESTED],
  (n) => [opened(n), LONG, LONG],
  (n) => [opened(n), MANY, MANY],
  (n) => [opened(n), ...Array.from({ length: 300 }, () => String.fromCharCode(32 + Math.floor(chance() * 90)))],
  (n) => [
    opened(n),
    ...Array.from({ length: 200 }, (_, id) =>
      callLine(id, pick(['proc', 'run', 'nothing', 'proxylog']), { action: pick(['x', 'list', 1]), odd: '\u0000' }),
    ),
  ],
  () => ['GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  () => [bytes(2_000)],
  () => ['{"devtool_mcp":', ...Array.from({ length: 30 }, () => 'y'.repeat(100_000))],
  () => [],
];

async function garbage(n) {
  const socket = await rawSocket(path);
  socket.resume();
  for (const piece of pick(KINDS)(n)) {
    if (socket.destroyed) break;
    counts.garbage += 1;
    counts.garbageBytes += piece.length;
    if (!socket.write(piece)) await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => {});
  }
  await Promise.race([once(socket, 'close'), pause(100 + chance() * 400)]).catch(() => {});
  socket.destroy();
}

async function forever(run, betweenMs, n) {
  for (;;) {
    await run(n);
    await pause(betweenMs);
  }
}

for (let n = 0; n < Number(deafCount); n++) void forever(deaf, 2_000, n);
for (let n = 0; n < Number(garbageCount); n++) void forever(garbage, 20, n);
process.on('message', () => process.send(counts));
process.on('disconnect', () => process.exit(0));
