// P12: rules that do not match cost next to nothing, and none cost nothing: processor time of the daemon for each request, of proxies
// that never had a rule, had chaos that was switched off, and have 100 rules that do not match, in interleaved rounds.
// `node bench/bars/p12-rules.mjs [rounds=18] [requests=8000]`
import { readdirSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { listen, openProxy } from './proxy/stage.mjs';

const rounds = Number(process.argv[2] ?? 18);
const requests = Number(process.argv[3] ?? 8_000);
const CONNECTIONS = 8;
const MOST_OFF = 0.03;
const MOST_RULES = 0.05;

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{"hi":"for me"}';
const target = createServer((socket) => {
  socket.setNoDelay(true).on('error', () => {});
  socket.on('data', (chunk) => {
    if (chunk.includes('\r\n\r\n')) socket.write(ANSWER);
  });
});
const port = await listen(target);
const proxy = await openProxy(port);

const PATHS = Array.from({ length: 500 }, (_, n) => `/src/components/catalogue/Item${n}.tsx?v=${(n * 7_919) % 10_007}`);
const RULES = Array.from({ length: 100 }, (_, n) => ({
  match: {
    url_pattern: `^/api/v${n % 3}/(?:users|carts)/${n}/\\d+(?:\\?|$)`,
    ...(n % 3 === 0 ? { method: 'POST' } : {}),
    ...(n % 5 === 0 ? { headers: { 'x-test': `^${n}$` } } : {}),
  },
  respond: { status: 500 },
}));

async function start(id, action, ...changes) {
  const { data } = await proxy.call('proxy', { action: 'start', id, target_url: `http://127.0.0.1:${port}` });
  for (const change of changes) await proxy.call('proxy', { action, id, ...change });
  return { id, port: Number(new URL(data.url).port), cost: [] };
}
const sides = [
  await start('never', 'chaos'),
  await start('off', 'chaos', { preset: 'pressure-test' }, { enabled: false }),
  await start('hundred', 'rules', { rules: RULES }),
];

/** Seconds of processor time so far, of all threads. */
function processorTime() {
  const tasks = `/proc/${proxy.pid}/task`;
  return readdirSync(tasks).reduce((sum, task) => {
    const [nanoseconds] = readFileSync(`${tasks}/${task}/schedstat`, 'latin1').split(' ');
    return sum + Number(nanoseconds) / 1e9;
  }, 0);
}

/** One after the other over a kept connection. */
function ask(to, count) {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: to, noDelay: true }).on('error', reject);
    let left = count;
    const next = () => {
      if (left-- === 0) {
        socket.destroy();
        resolve();
        return;
      }
      socket.write(`GET ${PATHS[left % PATHS.length]} HTTP/1.1\r\nHost: localhost:${to}\r\nAccept: */*\r\n\r\n`);
    };
    let text = '';
    socket.setEncoding('latin1').on('data', (chunk) => {
      text += chunk;
      if (!text.endsWith('me"}')) return;
      if (!text.startsWith('HTTP/1.1 200')) reject(new Error(text));
      text = '';
      next();
    });
    next();
  });
}

/** The first rounds are for the compilers; each side is as often the first as the last. */
const WARM = 3;
for (let round = -WARM; round < rounds; round++)
  for (let n = 0; n < sides.length; n++) {
    const side = sides[(((round + n) % sides.length) + sides.length) % sides.length];
    const before = processorTime();
    await Promise.all(Array.from({ length: CONNECTIONS }, () => ask(side.port, requests / CONNECTIONS)));
    if (round >= 0) side.cost.push((processorTime() - before) / requests);
  }
await proxy.end();
target.close();

/** Of the third of the rounds that other programs disturbed least. */
const total = ({ cost }) => {
  const kept = cost.toSorted((a, b) => a - b).slice(0, Math.ceil(cost.length / 3));
  return kept.reduce((sum, one) => sum + one, 0) / kept.length;
};
const [never, off, hundred] = sides.map(total);
const more = (one) => one / never - 1;
const percent = (one) => `${(100 * more(one)).toFixed(1)} %`;
const isMet = more(off) <= MOST_OFF && more(hundred) <= MOST_RULES;
console.log(
  `P12 ${(never * 1e6).toFixed(1)} µs of processor a request without rules; switched off ${percent(off)}, 100 that do not match ${percent(hundred)} (${rounds} rounds of ${requests})`,
);
process.exitCode = isMet ? 0 : 1;
