// A relay between proxy and target that does to bytes what bad networks do (toxiproxy's toxics), by a plan that each connection is given.
import { connect, createServer } from 'node:net';

/** What is done to the bytes from the target; each with its rates, from mild to harsh. `ends`: the relay itself ends the connection. */
export const TOXICS = {
  latency: { rates: [1, 20, 100], make: latency },
  bandwidth: { rates: [2_000_000, 200_000, 50_000], make: bandwidth },
  'slow close': { rates: [10, 100, 300], make: slowClose },
  timeout: { rates: [5, 50, 200], make: timeout },
  reset: { rates: [0, 10, 100], make: reset },
  slicer: { rates: [512, 16, 1], make: slicer },
  'limit data': { rates: [5_000, 300, 20], make: limitData },
};

const later = (ms, act) => setTimeout(act, ms);

/** Each chunk so many milliseconds later. */
function latency(ms, out) {
  return { data: (chunk) => later(ms, () => out.write(chunk)), end: () => later(ms, () => out.end()) };
}

/** So many bytes a second. */
function bandwidth(bytesPerSecond, out) {
  let free = performance.now();
  const after = (bytes, act) => {
    free = Math.max(free, performance.now()) + (bytes / bytesPerSecond) * 1_000;
    later(free - performance.now(), act);
  };
  return { data: (chunk) => after(chunk.length, () => out.write(chunk)), end: () => after(0, () => out.end()) };
}

/** The end is seen late. */
function slowClose(ms, out) {
  return { data: (chunk) => out.write(chunk), end: () => later(ms, () => out.end()) };
}

/** Nothing comes, then the end. */
function timeout(ms, out) {
  later(ms, () => out.destroy());
  return { data() {}, end() {} };
}

/** A reset in the middle of whatever there is. */
function reset(ms, out) {
  later(ms, () => out.resetAndDestroy());
  return { data: (chunk) => out.write(chunk), end: () => out.end() };
}

/** Pieces of so many bytes. */
function slicer(bytes, out) {
  let chain = Promise.resolve();
  const slice = async (chunk) => {
    for (let at = 0; at < chunk.length; at += bytes) {
      out.write(chunk.subarray(at, at + bytes));
      if ((at / bytes) % 64 === 63) await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return {
    data(chunk) {
      chain = chain.then(() => slice(chunk));
    },
    end() {
      chain = chain.then(() => out.end());
    },
  };
}

/** The end after so many bytes. */
function limitData(bytes, out) {
  let left = bytes;
  return {
    data(chunk) {
      if (left <= 0) return;
      out.write(chunk.subarray(0, left));
      left -= chunk.length;
      if (left <= 0) out.end();
    },
    end: () => out.end(),
  };
}

/** Every connection to it goes on to `target`; `plan()` gives the toxic and rate of the next one. */
export function createRelay(target, plan) {
  return createServer({ allowHalfOpen: true, noDelay: true }, (browser) => {
    const upstream = connect({ host: '127.0.0.1', port: target, allowHalfOpen: true, noDelay: true });
    const { toxic, rate } = plan();
    const down = TOXICS[toxic].make(rate, browser);
    browser.on('data', (chunk) => upstream.write(chunk)).on('end', () => upstream.end());
    upstream.on('data', down.data).on('end', down.end);
    browser.on('error', () => {}).on('close', () => upstream.destroy());
    upstream.on('error', () => browser.resetAndDestroy());
  });
}
