// While a proxy is saturated: `proc status` and `proxylog query` over MCP, against the same with the proxy idle. The load runs for as
// long as it is measured; so that the machine's processors are no part of the answer, it is once sent to the target itself as well.
// `node bench/bars/p-saturated.mjs [calls=1000]`
import { createServer } from 'node:http';
import { wrk } from '../proxy/load.mjs';
import { findCommand } from '../proxy/nginx.mjs';
import { quantile } from './front.mjs';
import { listen, openProxy } from './proxy/stage.mjs';

const calls = Number(process.argv[2] ?? 1_000);
const CONNECTIONS = 32;
const MOST = 2;
const load = findCommand('wrk');
if (load === null) {
  console.log('P-saturated: skipped, this bar needs wrk');
  process.exit(0);
}

const target = createServer((_, reply) => reply.setHeader('Content-Type', 'application/json').end('{"ok":true}'));
target.keepAliveTimeout = 60_000;
const targetPort = await listen(target);
const proxy = await openProxy(targetPort);
await proxy.call('run', { command: 'sleep', args: ['600'], id: 's', wait_for: 'none' });

const QUESTIONS = {
  'proc status': () => proxy.call('proc', { action: 'status', process_id: 's' }),
  'proxylog query': () => proxy.call('proxylog', { action: 'query', proxy_id: 'web' }),
};

/** p99 of each question, milliseconds, while the port is asked as fast as it answers; null: nothing is. */
async function measure(port) {
  const end = { reached: false };
  const loading = (async () => {
    while (port !== null && !end.reached)
      await wrk(load, `http://127.0.0.1:${port}/`, { connections: CONNECTIONS, seconds: 1 });
  })();
  const found = {};
  for (const [name, ask] of Object.entries(QUESTIONS)) {
    const times = [];
    for (let n = 0; n < calls; n++) {
      const at = performance.now();
      await ask();
      times.push(performance.now() - at);
    }
    found[name] = quantile(times, 0.99);
  }
  end.reached = true;
  await loading;
  return found;
}

// The log is full in each of them.
await wrk(load, `http://127.0.0.1:${proxy.port}/`, { connections: CONNECTIONS, seconds: 2 });
await measure(null);
const idle = await measure(null);
const beside = await measure(targetPort);
const saturated = await measure(proxy.port);
await proxy.call('proc', { action: 'stop', process_id: 's', force: true });
await proxy.end();
target.close();
target.closeAllConnections();
const parts = Object.keys(QUESTIONS).map((name) => {
  const [a, b, c] = [idle, beside, saturated].map((found) => found[name].toFixed(1));
  return `${name} p99 ${a} ms idle, ${b} beside that load on the target, ${c} saturated: ${(saturated[name] / idle[name]).toFixed(2)}`;
});
console.log(`P-saturated: ${parts.join('; ')} (promise: at most ${MOST})`);
process.exitCode = Object.keys(QUESTIONS).every((name) => saturated[name] <= MOST * idle[name]) ? 0 : 1;
