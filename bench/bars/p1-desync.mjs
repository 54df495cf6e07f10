// P1: no desync. The corpus of hostile requests and responses through the built program, and through nginx and haproxy where they are
// installed; then random byte streams. What reaches the target is read by a walker of its own.
// `node bench/bars/p1-desync.mjs [streams=10000] [seed]`
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { bundle } from '../lockfree/build.mjs';
import { random, scratch } from './front.mjs';
import { PEERS, startPeer } from './proxy/peers.mjs';
import { listen, openProxy } from './proxy/stage.mjs';
import { faultOf, finalAnswer, wholeMessage } from './proxy/walker.mjs';

const streams = Number(process.argv[2] ?? 10_000);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
const HANG_MS = 2_000;
/** How long a stream stays open that is not answered: some are cut off on purpose. */
const OPEN_MS = 20;
const AT_ONCE = 32;
const LANES = 4;
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok';

const place = scratch();
const { hostileRequests, hostileResponses } = await import(
  await bundle('test/proxy/hostile-heads.ts', place.directory)
);

/** A target that reads as the walker does. `seen`: what it got of the present case, and what it says to each request; null: `ok`. */
async function openTarget() {
  const seen = { whole: 0, faults: [], script: null };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    let text = '';
    let isAsked = false;
    socket.on('error', () => {}).on('end', () => socket.end());
    socket.on('data', (chunk) => {
      if (seen.script !== null) {
        if (!isAsked) socket.end(seen.script, 'latin1');
        isAsked = true;
        return;
      }
      text += chunk.toString('latin1');
      for (let found = wholeMessage(text); found !== null; found = wholeMessage(text)) {
        seen.whole += 1;
        const fault = faultOf(found.head);
        if (fault !== null) seen.faults.push(fault);
        text = text.slice(found.end);
        if (!isAsked) socket.end(OK);
        isAsked = true;
      }
    });
  });
  return { port: await listen(server), seen, server };
}

/** Sides by name: so many ways through each, with a target of its own, that are asked at the same time. */
const sides = new Map();
const first = await openTarget();
const proxy = await openProxy(first.port);
const ours = [{ id: 'web', target: first, port: proxy.port, end() {} }];
for (let n = 1; n < LANES; n++) {
  const target = await openTarget();
  const start = { action: 'start', id: `web${n}`, target_url: `http://127.0.0.1:${target.port}` };
  const { data } = await proxy.call('proxy', start);
  ours.push({ id: start.id, target, port: Number(new URL(data.url).port), end() {} });
}
sides.set('ours', ours);
for (const name of PEERS) {
  const lanes = [];
  for (let n = 0; n < LANES; n++) {
    const target = await openTarget();
    const peer = await startPeer(name, join(place.directory, String(n)), target.port);
    if (peer === null) target.server.close();
    else lanes.push({ ...peer, target });
  }
  if (lanes.length > 0) sides.set(name, lanes);
}

/** Every case once, by whichever lane is free; `of` gives all cases for a lane's port. */
async function playAll(lanes, of, play) {
  let next = 0;
  let count = 0;
  await Promise.all(
    lanes.map(async (lane) => {
      const cases = of(`localhost:${lane.port}`);
      count = cases.length;
      while (next < cases.length) await play(lane, cases[next++]);
    }),
  );
  return count;
}

/** Sends a stream and gives all that came back, whether it hung, and whether it was cut off with a reset. */
function send(port, bytes, { isBodyless = false, half = true, isClosing = false } = {}) {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true });
    let text = '';
    let reset = false;
    const settle = (hung) => {
      clearTimeout(end);
      clearTimeout(hang);
      socket.destroy();
      resolve({ text, hung, reset });
    };
    // Ours takes half a connection for what it is; others take it for a client that has gone.
    let end;
    const hang = setTimeout(() => settle(true), HANG_MS + OPEN_MS);
    socket.on('connect', () => {
      socket.write(bytes, 'latin1');
      end = setTimeout(() => half && socket.end(), OPEN_MS);
    });
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      const final = finalAnswer(text);
      if (final.status === 0 || wholeMessage(final.text, isBodyless) === null) return;
      // Whoever keeps the connection is not waited for.
      if (half) socket.end();
      else if (!isClosing) settle(false);
    });
    socket.on('error', () => {
      reset = true;
    });
    socket.on('end', () => settle(false)).on('close', () => settle(false));
  });
}

const tally = () => ({ unsafe: [], passed: 0, legal: 0, hung: 0, faults: 0 });

async function playRequests(lanes, isOurs) {
  const found = tally();
  // Hosts that are not ours are refused by what they are, not by how they are written.
  const of = (host) => hostileRequests(host).filter(({ group, legal }) => group !== 'host' || !legal);
  const count = await playAll(lanes, of, async ({ port, target: { seen } }, { group, text, legal }) => {
    Object.assign(seen, { whole: 0, faults: [], script: null });
    const { text: answer, hung } = await send(port, text, { half: isOurs || !legal });
    const { status } = finalAnswer(answer);
    found.hung += hung ? 1 : 0;
    found.faults += seen.faults.length;
    const shown = `${group} status=${status}${hung ? ' hung' : ''} ${JSON.stringify(text.slice(0, 120))}`;
    if (legal) {
      found.legal += 1;
      if (status === 200 && seen.whole === 1) found.passed += 1;
      else if (isOurs) console.log(`not passed: ${shown}`);
    } else if (seen.whole > 0) found.unsafe.push(shown);
  });
  return { ...found, count };
}

async function playResponses(lanes) {
  const found = tally();
  const count = await playAll(lanes, hostileResponses, async ({ port, target: { seen } }, one) => {
    const { group, text, legal: isWellFormed, answers } = one;
    // Nobody has asked to switch protocols here.
    const legal = isWellFormed && !/^HTTP\/1\.1 101/m.test(text);
    seen.script = text;
    const request = `${answers} / HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`;
    const {
      text: got,
      hung,
      reset,
    } = await send(port, request, {
      half: false,
      isClosing: true,
      isBodyless: answers === 'HEAD',
    });
    const { status, text: final } = finalAnswer(got);
    const isBodyless = answers === 'HEAD' || status === 204 || status === 304;
    const hasFraming = isBodyless || /\r\n(content-length|transfer-encoding):/i.test(final.split('\r\n\r\n')[0] ?? '');
    const isWhole = status !== 0 && status !== 502 && !reset && wholeMessage(final, isBodyless) !== null;
    found.hung += hung ? 1 : 0;
    if (legal) {
      found.legal += 1;
      if (status !== 0 && status !== 502) found.passed += 1;
    } else if (isWhole && hasFraming) found.unsafe.push(`${group}: ${JSON.stringify(text.slice(0, 120))}`);
  });
  return { ...found, count };
}

/** Streams made of the corpus with bytes changed, lost, doubled and put in, some of nothing but chance. */
function* randomStreams(host) {
  const next = random(seed);
  const below = (n) => Math.floor(next() * n);
  const texts = hostileRequests(host).map(({ text }) => text.slice(0, 4_000));
  const pieces = ['\r\n', '\n', '\r', '\r\n\r\n', '\0', ' ', '\t', ':', '0\r\n\r\n', 'Content-Length: 3\r\n'];
  pieces.push('Transfer-Encoding: chunked\r\n', 'GET / HTTP/1.1\r\n', 'ffffffffffffffff', '-1', 'Host: x\r\n');
  for (let i = 0; i < streams; i++) {
    let text = texts[below(texts.length)];
    if (i % 10 === 0) text = Array.from({ length: below(600) }, () => String.fromCharCode(below(256))).join('');
    if (i % 3 === 0) text += texts[below(texts.length)];
    for (let n = below(6); n > 0; n--) {
      const at = below(text.length + 1);
      const piece = next() < 0.5 ? pieces[below(pieces.length)] : String.fromCharCode(below(256));
      text = text.slice(0, at) + piece + text.slice(at + below(4));
    }
    yield text;
  }
}

/** No stream may stop the next request, hang, or make the target see what is no clean message. */
async function playStreams() {
  const { seen } = first;
  Object.assign(seen, { whole: 0, faults: [], script: null });
  const host = `localhost:${proxy.port}`;
  const source = randomStreams(host);
  const found = { hung: 0, unwell: 0, answers: 0 };
  const good = `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
  let asked = 0;
  const work = async () => {
    for (let next = source.next(); !next.done; next = source.next()) {
      const { hung, text } = await send(proxy.port, next.value);
      found.hung += hung ? 1 : 0;
      found.answers += text.split('HTTP/1.1 200 OK').length - 1;
      asked += 1;
      if (asked % 100 !== 0) continue;
      const answer = await send(proxy.port, good);
      found.answers += 1;
      if (finalAnswer(answer.text).status !== 200) found.unwell += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { ...found, whole: seen.whole, faults: [...new Set(seen.faults)] };
}

const rows = await Promise.all(
  [...sides].map(async ([name, lanes]) => {
    const requests = await playRequests(lanes, name === 'ours');
    return [name, { requests, responses: await playResponses(lanes) }];
  }),
);
const chance = await playStreams();
let crashes = 0;
for (const { id } of ours) crashes += (await proxy.call('proxy', { action: 'status', id })).data.restart_count;
for (const { end, target } of [...sides.values()].flat()) {
  await end();
  target.server.close();
}
await proxy.end();
place.remove();

for (const [name, { requests, responses }] of rows) {
  const shown = ({ count, unsafe, passed, legal, hung }) =>
    `${unsafe.length} of ${count - legal} illegal ones passed whole, ${passed} of ${legal} legal ones passed, ${hung} hung`;
  console.log(`${name}: requests ${shown(requests)}; responses ${shown(responses)}`);
  if (name === 'ours') for (const line of [...requests.unsafe, ...responses.unsafe].slice(0, 20)) console.log(line);
}
const [[, own], ...peers] = rows;
const isSafe = own.requests.unsafe.length + own.responses.unsafe.length + own.requests.faults === 0;
const hung = own.requests.hung + own.responses.hung + chance.hung;
const isNoLess = peers.every(
  ([, { requests, responses }]) => own.requests.passed >= requests.passed && own.responses.passed >= responses.passed,
);
const isMet =
  isSafe && isNoLess && hung + crashes + chance.unwell + chance.faults.length === 0 && chance.whole === chance.answers;
const passed = rows
  .map(([name, { requests, responses }]) => `${name} ${requests.passed + responses.passed}`)
  .join(', ');
const absent = PEERS.filter((name) => !sides.has(name));
console.log(
  `P1: ${own.requests.count} requests and ${own.responses.count} responses, ${isSafe ? 0 : 'SOME'} unsafe, ${hung} hung, ${crashes} crashes; legal ones passed: ${passed}${absent.length > 0 ? ` (not installed: ${absent.join(', ')})` : ''}; ${streams} random streams (seed ${seed}): ${chance.unwell} requests after them unwell, ${chance.whole} whole at the target for ${chance.answers} answers, ${chance.faults.length} unclean`,
);
process.exitCode = isMet ? 0 : 1;
