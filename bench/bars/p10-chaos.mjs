// P10: a bad network between proxy and target: every exchange is whole, or a 502 or 504 that says why, or visibly cut off; none hangs,
// and none that was cut off looks whole. `node bench/bars/p10-chaos.mjs [exchanges of each toxic, rate and kind=20] [seed]`
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { random } from './front.mjs';
import { createRelay, TOXICS } from './proxy/relay.mjs';
import { listen, openProxy } from './proxy/stage.mjs';

const each = Number(process.argv[2] ?? 20);
const seed = Number(process.argv[3] ?? Date.now() % 1_000_000);
const chance = random(seed);
/** No toxic holds an exchange for longer, and the proxy adds 100 ms at most; a busy machine some more. */
const MOST_MS = 5_000;
const EVENTS = 20;
const BODY = 10_000;
const END = 'the-end';
const KINDS = ['get', 'post', 'websocket', 'events'];

/** A body that says itself how it ends. */
const bodyOf = (n) => 'x'.repeat(n) + END;
const target = createServer((incoming, reply) => {
  if (incoming.url === '/events') {
    reply.writeHead(200, { 'Content-Type': 'text/event-stream' });
    for (let n = 0; n < EVENTS; n++) reply.write(`data: ${n}\n\n`);
    reply.end(`data: ${END}\n\n`);
    return;
  }
  const hash = createHash('sha256');
  incoming.on('data', (chunk) => hash.update(chunk));
  incoming.on('end', () => {
    // With a length, in chunks, and until the end by turns: cut off, each looks different.
    const body = bodyOf(BODY);
    if (incoming.url === '/length') reply.setHeader('Content-Length', body.length);
    if (incoming.url === '/close') {
      incoming.socket.end(`HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n${body}`);
      return;
    }
    reply.write(body.slice(0, 5_000));
    reply.end(body.slice(5_000));
  });
});
new WebSocketServer({ server: target }).on('connection', (socket) => {
  socket.on('message', (data) => socket.send(data.toString()));
  socket.on('error', () => {});
});

let planned = { toxic: 'latency', rate: 0 };
const relay = createRelay(await listen(target), () => planned);
const proxy = await openProxy(await listen(relay));

/** The whole answer as it came, and how the connection ended. */
function exchange(text) {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: proxy.port });
    let answer = '';
    let ended = 'closed';
    const deadline = setTimeout(() => {
      ended = 'hangs';
      socket.destroy();
    }, MOST_MS);
    socket.setEncoding('latin1').on('connect', () => socket.write(text));
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', () => {
      ended = 'reset';
    });
    socket.on('close', () => {
      clearTimeout(deadline);
      resolve({ answer, ended });
    });
  });
}

/** Whether the framing says that the body is whole. */
function isFramedWhole(answer, ended) {
  const [head, ...rest] = answer.split('\r\n\r\n');
  const body = rest.join('\r\n\r\n');
  const length = /^content-length: (\d+)/im.exec(head)?.[1];
  if (length !== undefined) return body.length === Number(length);
  if (/^transfer-encoding: chunked/im.test(head)) return answer.endsWith('\r\n0\r\n\r\n');
  return ended !== 'reset';
}

function verdict({ answer, ended }) {
  if (ended === 'hangs') return 'HANGS';
  const status = answer.slice(9, 12);
  if (status === '502' || status === '504')
    return /upstream|target|broke off|reached/.test(answer) ? `${status}` : 'NO REASON';
  if (status === '') return 'NO ANSWER';
  if (status !== '200') return `STATUS ${status}`;
  if (!isFramedWhole(answer, ended)) return 'cut off';
  return answer.includes(END) ? 'whole' : 'TRUNCATED AS WHOLE';
}

async function webSocket() {
  const socket = new WebSocket(`ws://127.0.0.1:${proxy.port}/`, { headers: { Host: `localhost:${proxy.port}` } });
  return new Promise((resolve) => {
    let echoes = 0;
    const deadline = setTimeout(() => resolve('HANGS'), MOST_MS);
    const end = (outcome) => {
      clearTimeout(deadline);
      socket.terminate();
      resolve(outcome);
    };
    socket.on('unexpected-response', (_request, { statusCode }) => end(String(statusCode)));
    socket.on('open', () => socket.send('0'));
    socket.on('message', (data) => {
      if (Number(data.toString()) !== echoes) end('WRONG ECHO');
      echoes += 1;
      if (echoes === 10) end('whole');
      else socket.send(String(echoes));
    });
    socket.on('error', () => end('cut off'));
    socket.on('close', () => end('cut off'));
  });
}

const PATHS = ['/length', '/chunked', '/close'];
/** A body until the end that ends early in good order looks whole to everybody (RFC 9112 6.3), without a proxy too. */
const pathsUnder = (toxic) => (toxic === 'limit data' ? PATHS.slice(0, 2) : PATHS);

async function play(kind, paths) {
  if (kind === 'websocket') return webSocket();
  const path = kind === 'events' ? '/events' : paths[Math.floor(chance() * paths.length)];
  const method = kind === 'post' ? 'POST' : 'GET';
  const body = kind === 'post' ? bodyOf(Math.floor(chance() * BODY)) : '';
  const length = kind === 'post' ? `Content-Length: ${body.length}\r\n` : '';
  const head = `${method} ${path} HTTP/1.1\r\nHost: localhost:${proxy.port}\r\nConnection: close\r\n${length}\r\n`;
  return verdict(await exchange(head + body));
}

const outcomes = new Map();
for (const [toxic, { rates }] of Object.entries(TOXICS)) {
  for (const rate of rates) {
    planned = { toxic, rate };
    for (const kind of KINDS) {
      const seen = await Promise.all(Array.from({ length: each }, () => play(kind, pathsUnder(toxic))));
      for (const outcome of seen) {
        const name =
          outcome === outcome.toUpperCase() && !/^\d+$/.test(outcome)
            ? `${outcome} (${toxic} ${rate}, ${kind})`
            : outcome;
        outcomes.set(name, (outcomes.get(name) ?? 0) + 1);
      }
    }
  }
}
await proxy.end();
relay.close();
target.closeAllConnections();
target.close();
const good = new Set(['whole', 'cut off', '502', '504']);
const bad = [...outcomes].filter(([outcome]) => !good.has(outcome));
for (const [outcome, count] of bad) console.log(`${outcome}: ${count}`);
const told = [...outcomes].filter(([outcome]) => good.has(outcome)).map(([outcome, count]) => `${count} ${outcome}`);
console.log(`P10 seed ${seed}: ${told.join(', ')}; ${bad.reduce((sum, [, count]) => sum + count, 0)} wrong`);
process.exitCode = bad.length === 0 ? 0 : 1;
