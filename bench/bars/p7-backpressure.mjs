// P7: readers of 1 KB/s of a body without an end: what the target can send, and what memory that costs, stays bounded; and others do not
// wait for them. `node bench/bars/p7-backpressure.mjs [readers=1000] [seconds=10]`
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { quantile } from './front.mjs';
import { listen, openProxy, rss, watchMemory } from './proxy/stage.mjs';

const readers = Number(process.argv[2] ?? 1_000);
const seconds = Number(process.argv[3] ?? 10);
const MOST_MB = 8;
const PIECE = Buffer.alloc(65_536, 'x');

let sent = 0;
const target = createServer((incoming, reply) => {
  if (incoming.url !== '/endless') {
    reply.end('ok');
    return;
  }
  reply.setHeader('Content-Length', 1e10);
  const more = () => {
    do sent += PIECE.length;
    while (reply.write(PIECE));
  };
  reply.on('drain', more).on('error', () => {});
  more();
});
const proxy = await openProxy(await listen(target));
const head = (path) => `GET ${path} HTTP/1.1\r\nHost: localhost:${proxy.port}\r\n\r\n`;

/** Takes 1 KB a second, and asks the system for no more. */
function openReader() {
  const socket = connect({ host: '127.0.0.1', port: proxy.port, highWaterMark: 1_024 });
  socket.on('connect', () => socket.write(head('/endless'))).on('error', () => {});
  socket.on('readable', () => {});
  return socket;
}

/** Requests one after the other on one connection; milliseconds each. */
async function ask(count) {
  const socket = connect({ host: '127.0.0.1', port: proxy.port, noDelay: true });
  const times = [];
  for (let n = 0; n < count; n++) {
    const begun = performance.now();
    socket.write(head('/'));
    await new Promise((resolve) => socket.once('data', resolve));
    times.push(performance.now() - begun);
  }
  socket.destroy();
  return times;
}

async function withReaders(count, play) {
  const sockets = Array.from({ length: count }, openReader);
  const timer = setInterval(() => {
    for (const socket of sockets) socket.read(1_024);
  }, 1_000);
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  const result = await play();
  clearInterval(timer);
  for (const socket of sockets) socket.destroy();
  return result;
}

await ask(5_000);
const before = rss(proxy.pid);
const stop = watchMemory(proxy.pid);
const sentBefore = sent;
const inFlight = await withReaders(1, async () => {
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  return (sent - sentBefore) / 2 ** 20;
});
const one = stop() - before;
// The same requests with and without them, in turns.
const [alone, beside] = [[], []];
for (let round = 0; round < 3; round++) {
  alone.push(...(await ask(3_000)));
  beside.push(...(await withReaders(readers, () => ask(3_000))));
}
await proxy.end();
target.closeAllConnections();
target.close();
const ratio = quantile(beside, 0.99) / quantile(alone, 0.99);
console.log(
  `one reader: memory +${one.toFixed(1)} MB, the target got rid of ${inFlight.toFixed(1)} MB (most of it in the system's socket buffers)`,
);
console.log(
  `P7: +${one.toFixed(1)} MB for a reader of 1 KB/s; beside ${readers} of them p50 ${quantile(beside, 0.5).toFixed(2)} p99 ${quantile(beside, 0.99).toFixed(2)} ms, alone p50 ${quantile(alone, 0.5).toFixed(2)} p99 ${quantile(alone, 0.99).toFixed(2)} ms: ${ratio.toFixed(2)} times`,
);
process.exitCode = one <= MOST_MB && ratio <= 1.2 ? 0 : 1;
