// The log's bounds: a million requests with bodies; what is kept is the newest, in order, the rest is counted, and memory is flat.
// `node bench/bars/p-log-bounds.mjs [requests=1e6]`
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { listen, openProxy, rss } from './proxy/stage.mjs';

const requests = Number(process.argv[2] ?? 1e6);
const CONNECTIONS = 16;
/** Requests that a connection has under way. */
const DEPTH = 16;
/** What memory may grow by after the log is full, MB. */
const MOST_GROWTH = 24;

const target = createServer((incoming, reply) => {
  reply.setHeader('Content-Type', 'application/json');
  reply.end(JSON.stringify({ path: incoming.url, filler: 'x'.repeat(200) }));
});
target.keepAliveTimeout = 60_000;
const proxy = await openProxy(await listen(target));

let asked = 0;
/** Asks for `/N` until all numbers are given out, DEPTH at a time. */
function work() {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: proxy.port, noDelay: true });
    let open = 0;
    const ask = (count) => {
      let text = '';
      for (; count > 0 && asked < requests; count--, open++)
        text += `GET /${asked++} HTTP/1.1\r\nHost: localhost:${proxy.port}\r\n\r\n`;
      if (text !== '') socket.write(text);
      else if (open === 0) socket.end();
    };
    socket.setEncoding('latin1');
    let rest = '';
    socket.on('data', (chunk) => {
      const parts = (rest + chunk).split('HTTP/1.1 200 OK\r\n');
      // The last answer may not be whole; it is one all the same.
      const answers = parts.length - 1;
      rest = parts.at(-1).slice(-20);
      open -= answers;
      ask(answers);
    });
    socket
      .on('error', reject)
      .on('close', resolve)
      .on('connect', () => ask(DEPTH));
  });
}

const samples = [];
const timer = setInterval(() => samples.push({ asked, rss: rss(proxy.pid) }), 250);
const begun = performance.now();
await Promise.all(Array.from({ length: CONNECTIONS }, work));
clearInterval(timer);
const seconds = (performance.now() - begun) / 1e3;

const { data: status } = await proxy.call('proxy', { action: 'status', id: 'web' });
const { data: stats } = await proxy.call('proxylog', { proxy_id: 'web', action: 'stats' });
const { text } = await proxy.call('proxylog', { proxy_id: 'web', action: 'query', types: ['http'], limit: 50 });
const paths = [...text.matchAll(/ \/(\d+)/g)].map((match) => Number(match[1]));
/** All that is kept, as the log gives it. */
const { data: har } = await proxy.call('proxylog', { proxy_id: 'web', action: 'har', limit: 1_000 });
const kept = JSON.parse(readFileSync(har.file, 'utf8')).log.entries;
const begins = kept.map(({ startedDateTime }) => Date.parse(startedDateTime));
const isOrdered = kept.length > 0 && begins.every((at, n) => n === 0 || at >= begins[n - 1]);
/** Each number was asked for once. */
const isOnce = new Set(kept.map(({ request }) => request.url)).size === kept.length;
const { total, available, dropped } = stats.http;
const isCounted = total === requests && available + dropped === total && kept.length === available;
// Once the log has been full.
const full = samples.filter((sample) => sample.asked > Math.min(requests / 4, 100_000));
const growth =
  Math.max(...full.map((sample) => sample.rss)) - Math.min(...full.slice(0, 4).map((sample) => sample.rss));
await proxy.end();
target.close();
console.log(JSON.stringify({ status: status.stats ?? status, stats }).slice(0, 1_500));
const isNewest = paths.length > 0 && paths.every((path) => path >= requests - 2_000);
console.log(
  `P-log: ${requests} requests in ${seconds.toFixed(0)} s (${Math.round(requests / seconds)}/s), the ${paths.length} shown ${isNewest ? 'are the newest' : `ARE NOT THE NEWEST: ${paths.slice(0, 5)}`}, ${available} kept ${isOrdered && isOnce ? 'in order, each once' : 'NOT IN ORDER, OR TWICE'}, ${dropped} dropped${isCounted ? '' : `, OF ${total}: NOT EXACT`}, memory after the log was full +${Math.round(growth)} MB`,
);
process.exitCode = isNewest && isOrdered && isOnce && isCounted && growth <= MOST_GROWTH ? 0 : 1;
