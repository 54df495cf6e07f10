// P12: rules that do not match cost next to nothing, and none cost nothing: processor time of the daemon for each request, in many short
// rounds in turns. 100 rules that do not match are switched on and off in one proxy, since each compiler decides for itself in each
// worker; a proxy whose chaos was switched off is held against one that never had any, and a second such one shows the noise.
// `node bench/bars/p12-rules.mjs [rounds=80] [requests=2000]`
import { readdirSync, readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { listen, openProxy } from './proxy/stage.mjs';

const rounds = Number(process.argv[2] ?? 80);
const requests = Number(process.argv[3] ?? 2_000);
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

async function start(id) {
  const { data } = await proxy.call('proxy', { action: 'start', id, target_url: `http://127.0.0.1:${port}` });
  return Number(new URL(data.url).port);
}
const change = (id, action, how) => proxy.call('proxy', { action, id, ...how });
const never = await start('never');
const again = await start('again');
const off = await start('off');
await change('off', 'chaos', { preset: 'pressure-test' });
await change('off', 'chaos', { enabled: false });
const ruled = await start('ruled');
await change('ruled', 'rules', { rules: RULES });
const SIDES = {
  never: { port: never },
  again: { port: again },
  off: { port: off },
  hundred: { port: ruled, prepare: () => change('ruled', 'rules', { enabled: true }) },
  none: { port: ruled, prepare: () => change('ruled', 'rules', { enabled: false }) },
};

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

const all = (to, count) =>
  Promise.all(Array.from({ length: CONNECTIONS }, () => ask(to, Math.ceil(count / CONNECTIONS))));

async function cost({ port: to, prepare }) {
  await prepare?.();
  await all(to, PATHS.length);
  const before = processorTime();
  await all(to, requests);
  return (processorTime() - before) / requests;
}

/** The first rounds are for the compilers; each side has each place in turn. */
const WARM = 6;
const taken = [];
const names = Object.keys(SIDES);
for (let round = 0; round < WARM + rounds; round++) {
  const one = {};
  for (let n = 0; n < names.length; n++) {
    const name = names[(round + n) % names.length];
    one[name] = await cost(SIDES[name]);
  }
  if (round >= WARM) taken.push(one);
}
await proxy.end();
target.close();

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const more = (side, base) => median(taken.map((one) => one[side] / one[base])) - 1;
const percent = (part) => `${(100 * part).toFixed(1)} %`;
const noise = more('again', 'never');
const offMore = more('off', 'never');
const hundredMore = more('hundred', 'none');
console.log(
  `P12 ${(median(taken.map((one) => one.never)) * 1e6).toFixed(1)} µs of processor a request without rules; the same again ${percent(noise)}, switched off ${percent(offMore)}, 100 that do not match ${percent(hundredMore)} (medians of ${rounds} rounds of ${requests})`,
);
process.exitCode = offMore <= MOST_OFF && hundredMore <= MOST_RULES ? 0 : 1;
