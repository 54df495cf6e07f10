// T5 and T6: forged pages say a million frames of every sort to a running proxy, and others flood it without end. Nothing but the
// forger's own pages changes, a page that was there goes on and answers for itself alone, and others' requests take what they take when
// it is quiet: in turns of a second, quiet, quiet once more, flooded. `node bench/bars/t5-t6-pages.mjs [frames] [turns]`

import { readFileSync } from 'node:fs';
import { Agent, createServer, get } from 'node:http';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { WebSocket } from 'ws';
import { median, openFront, quantile, random, scratch } from './front.mjs';

const FRAMES_A_PAGE = 200;
const PAGES_AT_ONCE = 20;
const FLOODERS = 8;
const MOST_RATIO = 1.1;
const MOST_GROWTH_MB = 64;

const hello = (load, at = 1) =>
  JSON.stringify({
    say: 'hello',
    version: 1,
    tab: load,
    load,
    url: 'http://x/',
    title: load,
    frame: 'top',
    at,
    acknowledged: 0,
  });

/** A page socket, as any program of the machine may open one; resolves when it is open. */
async function openPage(url, load) {
  const headers = { Origin: url };
  const token = await (await fetch(`${url}/__devtool/token`, { method: 'POST', headers })).text();
  const socket = new WebSocket(`${url.replace('http', 'ws')}/__devtool/socket?token=${token}`, { headers });
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(hello(load));
  return socket;
}

/** One frame of any sort, mostly well-formed. */
function frame(chance) {
  const pick = (list) => list[Math.floor(chance() * list.length)];
  const number = () => pick([0, -1, 1, 1e308, 2 ** 53, 0.5, chance() * 1e6, null, 'x']);
  const value = () =>
    pick([null, '', 'x'.repeat(chance() * 300), { toString: 0 }, ['\ud800', number()], { __proto__: 1 }, number()]);
  const id = () => pick(['victim-run', '', '__proto__', '../../etc/passwd', String(number())]);
  return JSON.stringify(
    pick([
      () => ({
        say: 'answer',
        id: id(),
        ok: chance() < 0.5,
        type: value(),
        value: value(),
        console: [value()],
        ms: number(),
      }),
      () => ({
        say: 'report',
        last: number(),
        dropped: number(),
        entries: [
          {
            kind: pick(['error', 'console', 'http', 'page', value()]),
            at: number(),
            facts: { message: value(), text: value(), page: 1, id: number() },
          },
        ],
      }),
      () => ({ say: 'status', url: value(), title: value(), visible: value(), vitals: value() }),
      () => ({ say: 'clock', id: number(), at: number() }),
    ])(),
  );
}

if (!isMainThread) {
  const sockets = await Promise.all(
    Array.from({ length: FLOODERS }, (_, at) => openPage(workerData.url, `flood${at}`)),
  );
  const text = JSON.stringify({
    say: 'report',
    last: 1,
    dropped: 0,
    entries: Array.from({ length: 50 }, () => ({ kind: 'console', at: 1, facts: { level: 'log', text: 'flood' } })),
  });
  let isOn = false;
  parentPort.on('message', (on) => {
    isOn = on;
  });
  setInterval(() => {
    if (isOn)
      for (const socket of sockets) for (let n = 0; n < 200 && socket.bufferedAmount < 1e6; n++) socket.send(text);
  }, 2);
  parentPort.postMessage('ready');
} else await main();

async function main() {
  const wanted = Number(process.argv[2] ?? 1_000_000);
  const turns = Number(process.argv[3] ?? 12);
  const seed = Date.now() % 1e6;
  const chance = random(seed);
  const place = scratch();
  const target = createServer((_request, response) => response.end('ok'));
  await new Promise((resolve) => target.listen(0, '127.0.0.1', resolve));
  const front = await openFront({ home: place.home, cwd: place.directory });
  const { data } = await front.call('proxy', {
    action: 'start',
    id: 'p',
    target_url: `http://127.0.0.1:${target.address().port}`,
  });
  const url = data.url.replace(/\/$/, '');
  const { pid } = (await front.call('daemon', { action: 'info' })).data;
  const rss = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024;
  let outcome;
  try {
    const victim = await openPage(url, 'victim');
    victim.on('message', (text) => {
      const message = JSON.parse(String(text));
      if (message.say === 'exec')
        victim.send(
          JSON.stringify({ say: 'answer', id: message.id, ok: true, type: 'number', value: 42, console: [], ms: 1 }),
        );
    });
    victim.send(JSON.stringify({ say: 'status', url: 'http://x/victim', title: 'victim', visible: true, vitals: {} }));
    const victimPage = async () =>
      (await front.call('currentpage', { action: 'list' })).data.pages.find(({ title }) => title === 'victim');
    const before = JSON.stringify({ ...(await victimPage()), last_activity: null });
    const frames = await sayAll(url, wanted, chance);
    const after = JSON.stringify({ ...(await victimPage()), last_activity: null });
    const run = await front.call('proxy', { action: 'exec', id: 'p', page: JSON.parse(before).id, code: '1' });
    const others = (await front.call('proxy', { action: 'list' })).data.proxies.length;
    const isSame = before === after && run.data.value === 42 && others === 1;
    outcome = { frames, isSame, ...(await flooded(url, turns, rss)) };
  } finally {
    await front.call('daemon', { action: 'stop' });
    await front.close();
    target.close();
    place.remove();
  }
  report(seed, outcome);
}

async function sayAll(url, wanted, chance) {
  let said = 0;
  const one = async () => {
    while (said < wanted) {
      said += FRAMES_A_PAGE;
      const socket = await openPage(url, `forged${said}`);
      for (let n = 1; n < FRAMES_A_PAGE; n++) socket.send(frame(chance));
      socket.send(chance() < 0.5 ? 'no message' : hello('victim'));
      await new Promise((resolve) => {
        socket.once('close', resolve);
        setTimeout(() => socket.terminate(), 2_000).unref();
      });
    }
  };
  await Promise.all(Array.from({ length: PAGES_AT_ONCE }, one));
  return said;
}

async function flooded(url, turns, rss) {
  const flood = new Worker(new URL(import.meta.url), { workerData: { url } });
  await new Promise((resolve) => flood.once('message', resolve));
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const found = { quiet: [], again: [], flood: [] };
  const sizes = [];
  for (let turn = 0; turn < turns; turn++)
    for (const side of ['quiet', 'again', 'flood']) {
      flood.postMessage(side === 'flood');
      found[side].push(await p99(url, agent));
      if (side === 'flood') sizes.push(rss());
    }
  agent.destroy();
  await flood.terminate();
  return { found, growth: Math.max(...sizes) - sizes[0] };
}

/** Of requests one after the other, for a second. */
async function p99(url, agent) {
  const times = [];
  const end = performance.now() + 1_000;
  while (performance.now() < end) {
    const begun = performance.now();
    await new Promise((resolve, reject) =>
      get(`${url}/x`, { agent }, (answer) => answer.resume().on('end', resolve)).on('error', reject),
    );
    times.push(performance.now() - begun);
  }
  return quantile(times, 0.99);
}

function report(seed, { frames, isSame, found, growth }) {
  const [quiet, again, flood] = ['quiet', 'again', 'flood'].map((side) => median(found[side]));
  const noise = Math.max(again / quiet, quiet / again);
  console.log(
    `p99 of other requests, medians of ${found.quiet.length} turns: quiet ${quiet.toFixed(2)} ms, quiet once more ${again.toFixed(2)}, flooded ${flood.toFixed(2)}`,
  );
  console.log(
    `T5, T6 seed ${seed}: ${frames} frames of forged pages, ${isSame ? 'nothing else changed' : 'something else CHANGED'}; flooded ÷ quiet ${(flood / Math.min(quiet, again)).toFixed(2)} (bar ${MOST_RATIO}, quiet ÷ quiet ${noise.toFixed(2)}), memory +${growth.toFixed(0)} MB`,
  );
  process.exitCode =
    isSame && flood / Math.max(quiet, again) <= Math.max(MOST_RATIO, noise) && growth < MOST_GROWTH_MB ? 0 : 1;
}
