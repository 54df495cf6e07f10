// S10: five clients on three checkouts call every tool at random, right and wrong, while daemons and clients are killed.
// Every answer is right for what that client knows, or an error with a code; at the end nothing is left, and memory has not grown.
// usage: s10-living.mjs [seconds=600] [seed]
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { isAlive, openFront, pidsWith, random, scratch, until } from './front.mjs';

const seconds = Number(process.argv[2] ?? 600);
const seed = Number(process.argv[3] ?? Date.now() % 1e6);
const chance = random(seed);
const pick = (list) => list[Math.floor(chance() * list.length)];
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const CODES = new Set([
  'invalid_argument',
  'not_found',
  'ambiguous',
  'already_exists',
  'not_running',
  'start_failed',
  'exec_failed',
  'timeout',
  'cancelled',
  'limit',
  'permission_denied',
  'port_in_use',
  'no_page',
  'shutting_down',
  'unsupported',
]);
const CLIENTS = 5;
const MOST_SLOPE_MIB_PER_MINUTE = 8;

const place = scratch();
const checkouts = ['a', 'b', 'c'].map((name) => {
  const path = join(place.directory, name);
  mkdirSync(path);
  const scripts = { dev: 'node -e "setInterval(() => console.log(1), 100)"', fails: 'node -e "process.exit(3)"' };
  writeFileSync(join(path, 'package.json'), JSON.stringify({ name, scripts }));
  return path;
});
const target = createServer((_, response) =>
  response.setHeader('Content-Type', 'text/html').end('<html><head></head><body>x</body></html>'),
);
await new Promise((resolve) => target.listen(0, '127.0.0.1', resolve));
const targetUrl = `http://localhost:${target.address().port}`;

const counts = { calls: 0, errors: 0, lost: 0, daemons: 0, clients: 0, requests: 0 };
const wrong = [];
const note = (what) => wrong.length < 20 && wrong.push(what);
let over = false;
let daemonPid = 0;

/** A call, and whether its answer is right: data by `check`, an error by its code. */
async function asked(client, name, args, check = () => true) {
  const told = await client.front.call(name, args);
  counts.calls += 1;
  if (name === 'nothing' && told.error?.code === UNKNOWN_TOOL) {
    counts.errors += 1;
    return null;
  }
  if (told.error !== undefined) {
    counts.lost += 1;
    if (!/may have taken effect|has no daemon|the front has ended/.test(told.text))
      note(`${name} ${JSON.stringify(args)}: ${told.text.slice(0, 300)}`);
    return null;
  }
  if (told.isError) {
    counts.errors += 1;
    const code = told.data.error;
    // A run that ended otherwise than asked is told as such.
    if (code !== undefined ? !CODES.has(code) : told.data.process_id === undefined)
      note(`${name} ${JSON.stringify(args)}: ${told.text.slice(0, 300)}`);
    return told;
  }
  if (!check(told)) note(`${name} ${JSON.stringify(args)} answered ${told.text.slice(0, 300)}`);
  return told;
}

const UNKNOWN_TOOL = -32_602;
const STATES = new Set(['pending', 'starting', 'running', 'stopping', 'stopped', 'failed']);
const isProcess = ({ data }) => STATES.has(data.state) && typeof data.process_id === 'string';

/** Each kind of call; ids are the client's own, so what it has started only daemons' deaths and its own calls end. */
const CALLS = [
  async (client) => {
    const word = `word-${Math.floor(chance() * 1e9)}`;
    await asked(
      client,
      'run',
      { id: client.id('echo'), command: 'echo', args: [word], mode: 'foreground-raw' },
      ({ data }) => data.state !== 'stopped' || data.exit_code !== 0 || data.stdout === `${word}\n`,
    );
  },
  async (client) => {
    const code = Math.floor(chance() * 100);
    await asked(
      client,
      'run',
      { id: client.id('exit'), command: 'sh', args: ['-c', `exit ${code}`], mode: 'foreground' },
      ({ data }) => data.exit_code === code || data.exit_code === null,
    );
  },
  (client) =>
    asked(
      client,
      'run',
      {
        id: client.id('stays'),
        command: 'sh',
        args: ['-c', 'while :; do echo tick; sleep 0.2; done'],
        wait_for: { text: 'tick' },
        wait_timeout_ms: 3_000,
      },
      isProcess,
    ),
  (client) =>
    asked(
      client,
      'run',
      {
        id: client.id('script'),
        script_name: pick(['dev', 'fails', 'nothing']),
        wait_timeout_ms: 500,
        restart: pick(['never', 'on-failure']),
      },
      isProcess,
    ),
  (client) =>
    asked(
      client,
      'proc',
      { action: 'list', global: chance() < 0.5 },
      ({ data }) => data.processes.every(({ state }) => STATES.has(state)) && data.active_count >= 0,
    ),
  (client) => asked(client, 'proc', { action: 'status', process_id: client.id('stays') }, isProcess),
  (client) =>
    asked(client, 'proc', { action: 'output', process_id: client.id('stays'), tail: 5 }, ({ text }) =>
      text
        .split('\n')
        .slice(0, -1)
        .every((line) => line === 'tick' || /^(… ×\d+|tick ×\d+|tick.*)$/.test(line)),
    ),
  (client) =>
    asked(
      client,
      'proc',
      {
        action: 'wait',
        process_id: client.id('stays'),
        for: pick(['exit', 'ready', { text: 'tick' }]),
        timeout_ms: 300,
      },
      isProcess,
    ),
  (client) =>
    asked(
      client,
      'proc',
      { action: 'stop', process_id: client.id('stays'), grace_ms: 300, force: chance() < 0.3 },
      ({ data }) => data.state !== 'running',
    ),
  (client) => asked(client, 'proc', { action: 'restart', process_id: client.id('stays'), grace_ms: 300 }, isProcess),
  (client) =>
    asked(
      client,
      'proc',
      { action: 'remove', process_id: client.id(pick(['echo', 'exit', 'stays'])) },
      ({ data }) => typeof data.removed === 'string',
    ),
  (client) => asked(client, 'proc', { action: 'input', process_id: client.id('stays'), data: 'x' }),
  (client) =>
    asked(client, 'proc', { action: 'cleanup_port', port: 1, dry_run: true }, ({ data }) => data.killed.length === 0),
  (client) =>
    asked(client, 'detect', {}, ({ data }) => data.type === 'node' && data.scripts.some(({ name }) => name === 'dev')),
  (client) =>
    asked(client, 'daemon', { action: pick(['status', 'info']) }, ({ data }) => {
      daemonPid = data.pid;
      return data.pid > 1;
    }),
  (client) => asked(client, 'errors', {}),
  (client) => asked(client, 'timeline', { limit: 10 }),
  (client) =>
    asked(
      client,
      'proxy',
      { action: 'start', id: client.id('web'), target_url: targetUrl },
      ({ data }) => data.running === true,
    ),
  (client) => asked(client, 'proxy', { action: pick(['status', 'restart', 'stop']), id: client.id('web') }),
  (client) => asked(client, 'proxy', { action: 'list' }, ({ data }) => data.active_count <= data.proxies.length),
  (client) => asked(client, 'proxy', { action: 'chaos', id: client.id('web'), preset: 'flaky-api' }),
  (client) =>
    asked(client, 'proxylog', { proxy_id: client.id('web'), action: pick(['query', 'summary', 'stats', 'clear']) }),
  (client) => asked(client, 'currentpage', { proxy_id: client.id('web'), action: 'list' }),
  (client) => asked(client, 'proxy', { action: 'exec', id: client.id('web'), code: '1', timeout_ms: 200 }),
  // Wrong on purpose.
  (client) =>
    asked(
      client,
      pick(['run', 'proc', 'proxy', 'proxylog', 'nothing']),
      pick([
        {},
        { action: 'x' },
        { action: 'list', odd: 1 },
        { process_id: '../x', action: 'status' },
        { command: '' },
        { action: 'stop', process_id: 'nobody' },
      ]),
    ),
  async (client) => {
    const { data, isError } = await client.front.call('proxy', { action: 'status', id: client.id('web') });
    if (isError || data.running !== true) return;
    counts.requests += 1;
    await fetch(data.url, { signal: AbortSignal.timeout(2_000) })
      .then((response) => response.text())
      .catch(() => {});
  },
];

async function connected(number) {
  const front = await openFront({ home: place.home, cwd: checkouts[number % checkouts.length] });
  return { front, id: (name) => `${name}-${number}` };
}

async function live(number) {
  let client = await connected(number);
  while (!over) {
    await pick(CALLS)(client);
    if (chance() < 0.004) {
      counts.clients += 1;
      client.front.child.kill('SIGKILL');
      await client.front.exited;
      client = await connected(number);
    }
    await pause(chance() * 60);
  }
  return client;
}

/** About every twenty seconds the daemon is killed, or asked to end. Single threads cannot be killed from outside: that is L6's and L4's. */
async function kills() {
  while (!over) {
    await pause((10 + chance() * 20) * 1_000);
    if (over || daemonPid === 0 || !isAlive(daemonPid)) continue;
    counts.daemons += 1;
    process.kill(daemonPid, pick(['SIGKILL', 'SIGTERM']));
    await until('the daemon is gone', () => !isAlive(daemonPid)).catch(() => note(`daemon ${daemonPid} does not end`));
  }
}

const memory = [];
const began = performance.now();
async function watch() {
  while (!over) {
    await pause(2_000);
    if (daemonPid === 0) continue;
    const status = existsSync(`/proc/${daemonPid}/status`) ? readFileSync(`/proc/${daemonPid}/status`, 'utf8') : '';
    const rss = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1_024;
    if (!Number.isNaN(rss)) memory.push({ minutes: (performance.now() - began) / 60_000, rss });
  }
}

const clients = Promise.all(Array.from({ length: CLIENTS }, (_, number) => live(number)));
const others = [kills(), watch()];
await pause(seconds * 1_000);
over = true;
const [last, ...rest] = await clients;
await Promise.all(others);
await last.front.call('daemon', { action: 'stop' });
for (const client of [last, ...rest]) await client.front.close();
const left = () => pidsWith(`DEVTOOL_MCP_HOME=${place.home}`);
await until('nobody is left', () => left().length === 0).catch(() => {
  note(
    `left: ${left()
      .map((pid) => readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').slice(0, 100))
      .join('; ')}`,
  );
  for (const pid of left()) process.kill(pid, 'SIGKILL');
});
const sockets = readdirSync(join(place.home, 'run')).filter((name) => name.endsWith('.sock'));
if (sockets.length > 1) note(`sockets left: ${sockets.join(' ')}`);
if (existsSync(join(place.home, 'state/state.json'))) {
  const { running } = JSON.parse(readFileSync(join(place.home, 'state/state.json'), 'utf8'));
  if (running.length > 0) note(`the state file still names ${running.length} processes`);
}
const faults = readFileSync(join(place.home, 'state/daemon.log'), 'utf8')
  .split('\n')
  .filter((line) => /uncaught|unhandled/.test(line));
if (faults.length > 0) note(`the log: ${faults[0]}`);
target.close();
place.remove();

/** Least squares, after the first fifth. */
function slope(points) {
  const n = points.length;
  const mean = (of) => points.reduce((sum, point) => sum + of(point), 0) / n;
  const [x, y] = [mean(({ minutes }) => minutes), mean(({ rss }) => rss)];
  const together = points.reduce((sum, { minutes, rss }) => sum + (minutes - x) * (rss - y), 0);
  return together / points.reduce((sum, { minutes }) => sum + (minutes - x) ** 2, 0);
}
const settled = memory.slice(Math.floor(memory.length / 5));
const growth = settled.length > 10 && seconds >= 300 ? slope(settled) : 0;
if (growth > MOST_SLOPE_MIB_PER_MINUTE) note(`memory grows by ${growth.toFixed(1)} MiB a minute`);
for (const each of wrong) console.log(each);
console.log(JSON.stringify(counts));
const most = Math.max(...memory.map(({ rss }) => rss));
console.log(
  `S10 ${wrong.length === 0 ? 'met' : 'MISSED'} (seed ${seed}): ${CLIENTS} clients on ${checkouts.length} checkouts for ${seconds} s, ${counts.calls} calls, ${counts.errors} errors with a code, ${counts.lost} lost with a daemon, ${counts.daemons} daemons and ${counts.clients} clients killed; ${wrong.length} wrong; ${most.toFixed(0)} MiB at most, slope ${growth.toFixed(1)} MiB a minute`,
);
process.exitCode = wrong.length === 0 ? 0 : 1;
