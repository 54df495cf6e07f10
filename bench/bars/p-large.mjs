// Large bodies: one way and the other through the proxy, unchanged, with flat memory. `node bench/bars/p-large.mjs [bytes=2 GiB]`
import { createHash } from 'node:crypto';
import { createServer, request } from 'node:http';
import { listen, openProxy, rss, watchMemory } from './proxy/stage.mjs';

const bytes = Number(process.argv[2] ?? 2 ** 31);
/** What memory may grow by, MB. */
const MOST_GROWTH = 32;
const PIECE = 1 << 16;

/** What a first exchange costs once is not what a large body costs: one of so many bytes comes before. */
const WARM_UP = 2 ** 27;
let size = WARM_UP;

/** The same bytes for everybody who writes `size` of them. */
function* pieces() {
  const piece = Buffer.alloc(PIECE);
  for (let sent = 0; sent < size; sent += PIECE) {
    piece.writeDoubleLE(sent, 0);
    yield Buffer.from(piece.subarray(0, Math.min(PIECE, size - sent)));
  }
}

async function write(out) {
  for (const piece of pieces()) if (!out.write(piece)) await new Promise((resolve) => out.once('drain', resolve));
  out.end();
}

async function hashOf(input) {
  const hash = createHash('sha256');
  for await (const chunk of input) hash.update(chunk);
  return hash.digest('hex');
}

const target = createServer(async (incoming, reply) => {
  if (incoming.method === 'GET') {
    // Every other download has no length.
    if (incoming.url === '/length') reply.setHeader('Content-Length', size);
    await write(reply);
  } else reply.end(await hashOf(incoming));
});
const targetPort = await listen(target);
const proxy = await openProxy(targetPort);

const ask = (method, path, headers = {}) =>
  new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: proxy.port, method, path, headers }, resolve).on('error', reject);
    if (method === 'GET') sent.end();
    else void write(sent);
  });

async function measured(name, play) {
  const before = rss(proxy.pid);
  const stop = watchMemory(proxy.pid);
  const begun = performance.now();
  const hash = await play();
  const seconds = (performance.now() - begun) / 1e3;
  const growth = stop() - before;
  console.log(
    `${name}: ${(bytes / seconds / 1e6).toFixed(0)} MB/s, memory ${Math.round(before)} MB +${Math.round(growth)} MB`,
  );
  return { hash, growth };
}

const text = async (answer) => {
  let body = '';
  for await (const chunk of answer) body += chunk;
  return body;
};

await hashOf(await ask('GET', '/length'));
await text(await ask('POST', '/', { 'Content-Length': WARM_UP }));
size = bytes;
const expected = createHash('sha256');
for (const piece of pieces()) expected.update(piece);
const wanted = expected.digest('hex');
const results = [
  await measured('download with a length', async () => hashOf(await ask('GET', '/length'))),
  await measured('download in chunks', async () => hashOf(await ask('GET', '/chunked'))),
  await measured('upload with a length', async () => text(await ask('POST', '/', { 'Content-Length': bytes }))),
  await measured('upload in chunks', async () => text(await ask('POST', '/', { 'Transfer-Encoding': 'chunked' }))),
];
await proxy.end();
target.close();
const isExact = results.every(({ hash }) => hash === wanted);
const growth = Math.max(...results.map((result) => result.growth));
console.log(
  `P-large: ${(bytes / 2 ** 30).toFixed(1)} GiB each way, ${isExact ? 'exact' : 'CHANGED'}, memory +${Math.round(growth)} MB at most`,
);
process.exitCode = isExact && growth <= MOST_GROWTH ? 0 : 1;
