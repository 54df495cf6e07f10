// S9: a thousand clients, half of which never read and a tenth of which send garbage: those that behave wait hardly longer than
// without the others, and the daemon's memory stays within its bound. A bare echo beside it says what is the machine's. usage: s9-overload.mjs [clients=1000] [seconds=30] [seed]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rawClient } from './crowd/raw-client.mjs';
import { openFront, pidsWith, quantile, ROOT, random, scratch, until } from './front.mjs';

const clients = Number(process.argv[2] ?? 1_000);
const seconds = Number(process.argv[3] ?? 30);
const seed = Number(process.argv[4] ?? Date.now() % 1e6);
const chance = random(seed);
const MOST_TIMES_IDLE = 3;
const MOST_MEBIBYTES = 256;
/** Between two calls of one client: an agent's are no denser. */
const THINKS_MS = 2_000;

const place = scratch();
const front = await openFront({ home: place.home, cwd: place.directory });
const { data: info } = await front.call('daemon', { action: 'info' });
const talker = 'let n = 0; setInterval(() => console.log("line", ++n, "of many that somebody may ask for"), 20)';
await front.call('run', { command: process.execPath, args: ['-e', talker], id: 'talks', wait_for: { text: 'line 5' } });

/** What a client that behaves asks, and what a right answer is. */
const CALLS = [
  ['proc', { action: 'status', process_id: 'talks' }, ({ structuredContent: { state } }) => state === 'running'],
  [
    'proc',
    { action: 'list' },
    ({ structuredContent: { processes } }) => processes.some((one) => one.process_id === 'talks'),
  ],
  ['proc', { action: 'output', process_id: 'talks', tail: 20 }, ({ content: [{ text }] }) => text.startsWith('line ')],
  ['daemon', { action: 'status' }, ({ structuredContent: { pid } }) => pid === info.pid],
  ['proc', { action: 'status', process_id: 'nobody' }, ({ structuredContent: { error } }) => error === 'not_found'],
];
let wrong = 0;
let took = [];

async function behave(client, isOver) {
  await new Promise((resolve) => setTimeout(resolve, chance() * THINKS_MS));
  while (!isOver()) {
    const [name, args, isRight] = CALLS[Math.floor(chance() * CALLS.length)];
    const begun = performance.now();
    const result = await client.call(name, args);
    took.push(performance.now() - begun);
    if (result === null || result.error !== undefined || !isRight(result)) wrong += 1;
    await new Promise((resolve) => setTimeout(resolve, (0.5 + chance()) * THINKS_MS));
  }
}

let peak = 0;
const look = setInterval(() => {
  const text = readFileSync(`/proc/${info.pid}/status`, 'utf8');
  peak = Math.max(peak, Number(/VmRSS:\s+(\d+)/.exec(text)[1]) / 1_024);
}, 100);

/** A bare echo beside it all tells what is the machine's. */
const ECHO = join(ROOT, 'bench/bars/crowd/echo.mjs');
const echoPath = join(place.directory, 'echo');
const echoServer = fork(ECHO, [echoPath]);
await once(echoServer, 'message');
const echo = fork(ECHO, [echoPath, 'client']);
await once(echo, 'message');

async function echoed() {
  echo.send('figures');
  const [figures] = await once(echo, 'message');
  return figures;
}

async function phase(name, forSeconds) {
  took = [];
  await echoed();
  const begunAt = cpuSeconds();
  await new Promise((resolve) => setTimeout(resolve, forSeconds * 1_000));
  const figures = { calls: took.length, p50: quantile(took, 0.5), p99: quantile(took, 0.99), worst: quantile(took, 1) };
  const ms = (value) => value.toFixed(1);
  const bare = await echoed();
  console.log(
    `${name}: ${figures.calls} calls, ${(cpuSeconds() - begunAt).toFixed(1)} s of processor, p50 ${ms(figures.p50)} p99 ${ms(figures.p99)} worst ${ms(figures.worst)} ms; a bare echo beside it p99 ${ms(quantile(bare, 0.99))} worst ${ms(quantile(bare, 1))} ms; ${peak.toFixed(0)} MiB at most so far`,
  );
  return figures;
}

/** utime and stime, in ticks of 10 ms (proc_pid_stat(5)). */
function cpuSeconds() {
  const fields = readFileSync(`/proc/${info.pid}/stat`, 'latin1')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

let over = false;
const deaf = Math.round(clients / 2);
const garbage = Math.round(clients / 10);
const honest = [];
for (let n = 0; n < clients - deaf - garbage; n++)
  honest.push(await rawClient(info.socket_path, place.directory, 300_000 + n));
const behaving = honest.map((client) => behave(client, () => over));
const idle = await phase('idle', Math.max(5, seconds / 3));
const hostile = fork(
  join(ROOT, 'bench/bars/crowd/hostile.mjs'),
  [info.socket_path, place.directory, deaf, garbage, seed].map(String),
);
const busy = await phase('overload', seconds);
hostile.send('counts');
const [counts] = await once(hostile, 'message');
hostile.disconnect();
await once(hostile, 'exit');
const after = await phase('after it', Math.max(5, seconds / 6));
over = true;
await Promise.all(behaving);
for (const child of [echo, echoServer]) {
  child.disconnect();
  await once(child, 'exit');
}
clearInterval(look);
for (const { socket } of honest) socket.destroy();
const last = await front.call('daemon', { action: 'info' });
await front.call('daemon', { action: 'stop' });
await front.close();
await until('nothing is left', () => pidsWith(`DEVTOOL_MCP_HOME=${place.home}`).length === 0);
const closed = readFileSync(join(place.home, 'state/daemon.log'), 'utf8').match(/closed/g)?.length ?? 0;
place.remove();

console.log(JSON.stringify(counts));
const times = busy.p99 / idle.p99;
const met = times <= MOST_TIMES_IDLE && peak <= MOST_MEBIBYTES && wrong === 0 && last.data.pid === info.pid;
console.log(
  `S9 ${met ? 'met' : 'MISSED'} (seed ${seed}): ${clients} clients, ${deaf} deaf, ${garbage} garbage (${Math.round(counts.garbageBytes / 1e6)} MB), p99 ${busy.p99.toFixed(1)} ms, ${times.toFixed(1)} × idle (at most ${MOST_TIMES_IDLE}; ${(busy.p99 / after.p99).toFixed(1)} × after it), ${wrong} wrong answers, ${peak.toFixed(0)} MiB (at most ${MOST_MEBIBYTES}); ${closed} connections closed`,
);
process.exitCode = met ? 0 : 1;
