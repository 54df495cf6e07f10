// P8: as slowhttptest's -H, -B and -X: clients that are slow with a head, with a body, or at reading. Others are served all along.
// `node bench/bars/p8-slow-clients.mjs [connections=1000] [seconds=20]`
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { quantile } from './front.mjs';
import { listen, openProxy, rss } from './proxy/stage.mjs';

const connections = Number(process.argv[2] ?? 1_000);
const seconds = Number(process.argv[3] ?? 20);
/** How often a slow client sends or takes a little. */
const EVERY_MS = 1_000;
const LARGE = Buffer.alloc(8 << 20);

const target = createServer((incoming, reply) => {
  if (incoming.url === '/large') reply.end(LARGE);
  else incoming.resume().on('end', () => reply.end('ok'));
});
const proxy = await openProxy(await listen(target));
const host = `Host: localhost:${proxy.port}\r\n`;

const open = (first) => {
  const socket = connect({ host: '127.0.0.1', port: proxy.port });
  const client = { socket, isClosed: false };
  socket.on('connect', () => socket.write(first)).on('error', () => {});
  socket.on('close', () => {
    client.isClosed = true;
  });
  return client;
};

/** What each kind begins with, and does every so often. */
const KINDS = {
  'slow head': {
    first: `GET / HTTP/1.1\r\n${host}`,
    act: ({ socket }, n) => socket.write(`X-${n}: ${n}\r\n`),
    isCut: true,
  },
  'slow body': {
    first: `POST / HTTP/1.1\r\n${host}Content-Length: 100000\r\n\r\n`,
    act: ({ socket }) => socket.write('x'),
    isCut: false,
  },
  'slow reader': {
    first: `GET /large HTTP/1.1\r\n${host}\r\n`,
    act: ({ socket }) => socket.read(1_024),
    isCut: false,
  },
};

/** One request on a connection of its own; milliseconds, or null when it was not answered with 200. */
function good() {
  return new Promise((resolve) => {
    const begun = performance.now();
    const socket = connect({ host: '127.0.0.1', port: proxy.port });
    let answer = '';
    socket
      .setEncoding('latin1')
      .on('connect', () => socket.write(`GET / HTTP/1.1\r\n${host}Connection: close\r\n\r\n`));
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(/^HTTP\/1.1 200 /.test(answer) ? performance.now() - begun : null));
  });
}

async function served(ms) {
  const times = [];
  for (const end = performance.now() + ms; performance.now() < end; ) {
    times.push(await good());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { times: times.filter((time) => time !== null), failed: times.filter((time) => time === null).length };
}

const quiet = await served(3_000);
const before = rss(proxy.pid);
let isMet = true;
for (const [name, { first, act, isCut }] of Object.entries(KINDS)) {
  const clients = Array.from({ length: connections }, () => open(first));
  let n = 0;
  const timer = setInterval(() => {
    n += 1;
    for (const client of clients) if (!client.isClosed) act(client, n);
  }, EVERY_MS);
  // A slow reader reads only what it asks for, the others all that comes.
  for (const { socket } of clients)
    if (name === 'slow reader') socket.on('readable', () => {});
    else socket.resume();
  const { times, failed } = await served(seconds * 1_000);
  clearInterval(timer);
  const cut = clients.filter(({ isClosed }) => isClosed).length;
  const memory = rss(proxy.pid) - before;
  for (const { socket } of clients) socket.destroy();
  isMet &&= failed === 0 && (!isCut || cut === connections);
  console.log(
    `${name}: ${connections} clients, ${cut} cut off; ${times.length} others served, ${failed} not, p50 ${quantile(times, 0.5).toFixed(1)} p99 ${quantile(times, 0.99).toFixed(1)} ms; memory +${Math.round(memory)} MB`,
  );
}
await proxy.end();
target.closeAllConnections();
target.close();
console.log(
  `P8: quiet p50 ${quantile(quiet.times, 0.5).toFixed(1)} p99 ${quantile(quiet.times, 0.99).toFixed(1)} ms; service available ${isMet ? 'all along' : 'NOT ALL ALONG'}`,
);
process.exitCode = isMet ? 0 : 1;
