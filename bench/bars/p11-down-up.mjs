// P11: a target that is killed and comes back under load: no request is lost without a word, and the first good one comes at once.
// `node bench/bars/p11-down-up.mjs [restarts=1000] [requests a second=200]`
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { quantile } from './front.mjs';
import { openProxy } from './proxy/stage.mjs';

const restarts = Number(process.argv[2] ?? 1_000);
const perSecond = Number(process.argv[3] ?? 200);
const MOST_MS = 100;
const DOWN_MS = 40;
const UP_MS = 60;

let server = null;
let port = 0;
async function up() {
  server = createServer((_incoming, reply) => setTimeout(() => reply.end('ok'), 3));
  await new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  port = server.address().port;
}
async function down() {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

await up();
const proxy = await openProxy(port);

const outcomes = new Map();
let upAt = null;
const firstGood = [];
const saw = (outcome) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);

/** One request on a connection of its own: its status and reason, or that the connection was closed without an answer. */
function ask(path) {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: proxy.port });
    let answer = '';
    const deadline = setTimeout(() => {
      answer = 'HTTP/1.1 000 hangs\r\n\r\n';
      socket.destroy();
    }, 11_000);
    socket.setEncoding('latin1').on('error', () => {});
    socket.on('connect', () =>
      socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost:${proxy.port}\r\nConnection: close\r\n\r\n`),
    );
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('close', () => {
      clearTimeout(deadline);
      const status = answer.slice(9, 12);
      const isWhole = status !== '200' || answer.endsWith('\r\n\r\nok') || answer.includes('\r\n2\r\nok\r\n0\r\n\r\n');
      resolve(status === '' ? 'closed' : isWhole ? status : 'truncated');
    });
  });
}

let sent = 0;
const open = new Set();
const timer = setInterval(() => {
  const asked = ask(`/${sent++}`).then((outcome) => {
    saw(outcome);
    if (outcome === '200' && upAt !== null) {
      firstGood.push(performance.now() - upAt);
      upAt = null;
    }
    open.delete(asked);
  });
  open.add(asked);
}, 1_000 / perSecond);

for (let n = 0; n < restarts; n++) {
  await down();
  upAt = null;
  await pause(DOWN_MS);
  await up();
  upAt = performance.now();
  await pause(UP_MS);
}
clearInterval(timer);
await Promise.all(open);
const { data } = await proxy.call('proxy', { action: 'status', id: 'web' });
await proxy.end();
await down();
const bad = ['closed', 'truncated', '000'].reduce((sum, outcome) => sum + (outcomes.get(outcome) ?? 0), 0);
const isLogged = data.log.total === sent;
const p99 = quantile(firstGood, 0.99);
console.log([...outcomes].map(([outcome, count]) => `${outcome}: ${count}`).join(', '));
console.log(
  `P11: ${restarts} restarts, ${sent} requests, ${bad} without a proper answer, ${data.log.total} in the log; first good p50 ${quantile(firstGood, 0.5).toFixed(0)} p99 ${p99.toFixed(0)} max ${quantile(firstGood, 1).toFixed(0)} ms after listening (a request comes every ${1_000 / perSecond} ms)`,
);
process.exitCode = bad === 0 && isLogged && p99 <= MOST_MS ? 0 : 1;
