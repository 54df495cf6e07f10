// Load on a proxy: wrk for throughput and latency, and a client of our own that asks for modules as a page does.
import { spawn } from 'node:child_process';
import { request } from 'node:http';
import { connect } from 'node:net';

/** Connections of a browser to one origin. */
const PAGE_CONNECTIONS = 6;
const HEAD_END = Buffer.from('\r\n\r\n');
const LATENCY_UNITS = { us: 1e-3, ms: 1, s: 1e3, m: 6e4 };

/** Resolves when somebody listens; throws when `child` has ended instead. */
export async function connected(port, child) {
  while (child.exitCode === null && child.signalCode === null) {
    const isOpen = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`port=${port}: ${child.spawnfile} ended before it listened`);
}

function output(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    child.on('error', reject).on('close', () => resolve(text));
  });
}

function millisOf(text, quantile) {
  const [, value, unit] = text.match(new RegExp(`${quantile}%\\s+([\\d.]+)(us|ms|s|m)`)) ?? [];
  return Number(value) * LATENCY_UNITS[unit];
}

/** Requests a second, latencies in milliseconds, and how many answers were missing or wrong. */
export async function wrk(command, url, { connections, seconds, script }) {
  const args = ['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '--timeout', '10s', '--latency'];
  const text = await output(command, [...args, ...(script === undefined ? [] : ['-s', script]), url]);
  const perSecond = Number(text.match(/Requests\/sec:\s+([\d.]+)/)?.[1]);
  if (!(perSecond > 0)) throw new Error(`url=${url}: wrk got no answer\n${text}`);
  const [, ...errors] = text.match(/Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/) ?? [];
  const wrong = Number(text.match(/Non-2xx or 3xx responses: (\d+)/)?.[1] ?? 0);
  const failed = errors.reduce((sum, count) => sum + Number(count), wrong);
  return { perSecond, p50: millisOf(text, 50), p99: millisOf(text, 99), failed };
}

/** One kept connection; get(path) gives the number of body bytes. Answers must have a Content-Length. */
function openConnection(port) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let head = Buffer.alloc(0);
  let rest = -1;
  let bytes = 0;
  let waiting = null;
  const settle = (error) => {
    const { resolve, reject } = waiting ?? { resolve() {}, reject() {} };
    waiting = null;
    if (error === null) resolve(bytes);
    else reject(error);
  };
  const readHead = (chunk) => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf(HEAD_END);
    if (end < 0) return;
    const text = head.latin1Slice(0, end);
    const length = text.match(/^content-length: *(\d+)/im)?.[1];
    if (!text.startsWith('HTTP/1.1 200 ') || length === undefined) {
      settle(new Error(`this client cannot read ${text.slice(0, 200)}`));
      return;
    }
    bytes = Number(length);
    rest = bytes - (head.length - end - HEAD_END.length);
    head = Buffer.alloc(0);
  };
  socket.on('data', (chunk) => {
    if (rest < 0) readHead(chunk);
    else rest -= chunk.length;
    if (rest !== 0) return;
    rest = -1;
    settle(null);
  });
  socket.on('error', settle).on('close', () => settle(new Error(`port=${port}: closed before the answer's end`)));
  return {
    get(path) {
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: */*\r\nUser-Agent: bench\r\n\r\n`);
      });
    },
    end: () => socket.destroy(),
  };
}

/** Asks for every path once, over as many connections as a page has: milliseconds in all, and of the slowest hundredth. */
export async function loadPage(port, paths) {
  const connections = Array.from({ length: Math.min(PAGE_CONNECTIONS, paths.length) }, () => openConnection(port));
  const times = [];
  let next = 0;
  let bytes = 0;
  const begun = performance.now();
  await Promise.all(
    connections.map(async (connection) => {
      while (next < paths.length) {
        const asked = performance.now();
        bytes += await connection.get(paths[next++]);
        times.push(performance.now() - asked);
      }
    }),
  );
  const millis = performance.now() - begun;
  for (const connection of connections) connection.end();
  times.sort((a, b) => a - b);
  return {
    millis,
    bytes,
    p50: times[Math.floor(times.length / 2)],
    p99: times[Math.floor(times.length * 0.99)],
    failed: 0,
  };
}

/** Sends `bytes` bytes to `path`: milliseconds until the answer. */
export function upload(port, path, bytes) {
  const piece = Buffer.alloc(1 << 18);
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, method: 'POST', headers: { 'Content-Length': bytes } };
    const sent = request(options, (answer) => {
      answer.resume().on('end', () => {
        const millis = performance.now() - begun;
        resolve({ millis, bytes, p50: millis, p99: millis, failed: answer.statusCode === 200 ? 0 : 1 });
      });
    });
    sent.on('error', reject);
    let left = bytes;
    const more = () => {
      while (left > 0) {
        left -= piece.length;
        if (!sent.write(piece)) {
          sent.once('drain', more);
          return;
        }
      }
      sent.end();
    };
    more();
  });
}
