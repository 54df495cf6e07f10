// P6: events are through as soon as they are sent, and a stream that either side ends, ends on the other side, with nothing left over.
// `node bench/bars/p6-streams.mjs [streams=10000] [seed]`
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { quantile, random, until } from './front.mjs';
import { descriptors, listen, openProxy } from './proxy/stage.mjs';

const streams = Number(process.argv[2] ?? 10_000);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const chance = random(seed);
const BATCH = 200;
const MOST_DELAY_MS = 2;
const MOST_CLOSE_MS = 50;

const open = new Map();
const now = () => performance.now();
const target = createServer((incoming, reply) => {
  reply.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
  reply.write(': hello\n\n');
  open.set(incoming.url, reply);
});
const targetPort = await listen(target);
const proxy = await openProxy(targetPort);

/** A stream of `port` that has begun. */
async function openStream(port, path) {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  let seen = () => {};
  socket.setEncoding('latin1').on('error', () => {});
  const begun = new Promise((resolve) => socket.once('data', resolve));
  socket.on('data', () => seen(now()));
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`);
  await begun;
  return {
    socket,
    next: () =>
      new Promise((resolve) => {
        seen = resolve;
      }),
    reply: () => open.get(path),
  };
}

/** Milliseconds from an event's being sent to its being there. */
async function delays(port, path, count) {
  const stream = await openStream(port, path);
  const times = [];
  for (let n = 0; n < count; n++) {
    const next = stream.next();
    const sent = now();
    stream.reply().write(`data: ${n}\n\n`);
    times.push((await next) - sent);
  }
  stream.socket.destroy();
  return times;
}

const [direct, proxied] = [[], []];
for (let round = 0; round < 5; round++) {
  direct.push(...(await delays(targetPort, `/direct-${round}`, 1_000)));
  proxied.push(...(await delays(proxy.port, `/proxied-${round}`, 1_000)));
}
const added = quantile(proxied, 0.99) - quantile(direct, 0.99);
console.log(
  `an event: direct p50 ${quantile(direct, 0.5).toFixed(2)} p99 ${quantile(direct, 0.99).toFixed(2)} ms, proxied p50 ${quantile(proxied, 0.5).toFixed(2)} p99 ${quantile(proxied, 0.99).toFixed(2)} ms`,
);

/** One side, by chance, ends it in one of its ways; milliseconds until the other has noticed. */
async function abort(stream) {
  const reply = stream.reply();
  const ended = now();
  const isBrowser = chance() < 0.5;
  const noticed = new Promise((resolve) =>
    isBrowser ? reply.once('close', () => resolve(now())) : stream.socket.once('close', () => resolve(now())),
  );
  if (isBrowser) chance() < 0.5 ? stream.socket.destroy() : stream.socket.resetAndDestroy();
  else if (chance() < 0.5) reply.destroy();
  else reply.end();
  // What the proxy ends with an orderly close leaves the browser's connection open for its next request.
  if (!isBrowser) stream.socket.once('data', (chunk) => chunk.endsWith('0\r\n\r\n') && stream.socket.end());
  return (await noticed) - ended;
}

const descriptorsBefore = descriptors(proxy.pid);
const closes = [];
for (let done = 0; done < streams; done += BATCH) {
  const names = Array.from({ length: Math.min(BATCH, streams - done) }, (_, n) => `/${done + n}`);
  const opened = await Promise.all(names.map((name) => openStream(proxy.port, name)));
  for (const stream of opened) closes.push(await abort(stream));
  for (const name of names) open.delete(name);
}
const status = async () => (await proxy.call('proxy', { action: 'status', id: 'web' })).data;
await until('no connection is left', async () => (await status()).active_connections === 0);
const left = descriptors(proxy.pid) - descriptorsBefore;
await proxy.end();
target.closeAllConnections();
target.close();
const late = closes.filter((ms) => ms > MOST_CLOSE_MS).length;
console.log(
  `P6 seed ${seed}: an event is ${added.toFixed(2)} ms later at p99; ${closes.length} streams aborted, the other side told after p50 ${quantile(closes, 0.5).toFixed(1)} p99 ${quantile(closes, 0.99).toFixed(1)} max ${quantile(closes, 1).toFixed(1)} ms, ${late} after more than ${MOST_CLOSE_MS} ms; ${left} descriptors left`,
);
process.exitCode = added <= MOST_DELAY_MS && late === 0 && left <= 0 ? 0 : 1;
