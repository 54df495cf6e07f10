// Bar R10: a front ends within 500 ms of stdin's end, of SIGTERM, SIGHUP and SIGINT, of EPIPE, and at stdin's end when its client has
// stopped reading; within 3 s of its client's death behind a wrapper that holds stdin open. 1,000 in sum, none is left.
// The last line is the figure; the exit code says whether the bar is met. FRONTS=n changes the sum.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BIN, environment, isAlive, openFront, pidsWith, quantile, random, scratch, until } from './front.mjs';

const FRONTS = Number(process.env.FRONTS ?? 1_000);
/** At a time: the figure is the front's, not that of a machine that starts hundreds of programs. */
const AT_ONCE = 4;
const SOON_MS = 500;
const WATCHDOG_MS = 3_000;

const { directory, home, remove } = scratch();
const project = join(directory, 'project');
const fifo = join(directory, 'fifo');
mkdirSync(project);
execFileSync('mkfifo', [fifo]);

const SEED = Number(process.env.SEED ?? 1);
const chance = random(SEED);
let wrappers = 0;

/** Resolves with the ms between the cause and the end. */
async function timed(front, cause) {
  const begun = performance.now();
  cause(front);
  await front.exited;
  return performance.now() - begun;
}

const open = () => openFront({ home, cwd: project });
/** A request that is not answered for a long time, so that the front has something to wait for. */
const hang = (front) =>
  void front.call('run', { command: 'sleep', args: ['600'], mode: 'foreground', id: `s${front.child.pid}` });

const signal = (name) => async () => timed(await open(), ({ child }) => child.kill(name));
const ways = {
  'stdin ends': async () => timed(await open(), ({ child }) => child.stdin.end()),
  'stdin ends, request under way': async () => {
    const front = await open();
    hang(front);
    return timed(front, ({ child }) => child.stdin.end());
  },
  SIGTERM: signal('SIGTERM'),
  SIGHUP: signal('SIGHUP'),
  SIGINT: signal('SIGINT'),
  EPIPE: async () =>
    timed(await open(), (front) => {
      front.child.stdout.destroy();
      void front.request('tools/list');
    }),
  'client stops reading': async () => {
    const front = await open();
    front.child.stdout.pause();
    for (let n = 0; n < 40; n++) void front.request('tools/list');
    return timed(front, ({ child }) => child.stdin.end());
  },
  'client killed': () => orphaned('sh', true),
  // A title of its own: those that run beside it are not to be taken for it.
  'client killed behind npx': () => orphaned(`npm exec devtool-mcp ${++wrappers}`, false),
};

const CLIENT = `const {spawn} = require('node:child_process');
  spawn(process.argv[1], process.argv.slice(2), {stdio: ['ignore', 'inherit', 'inherit']});
  setInterval(() => {}, 1e6);`;
/** Both are as npx makes them: a node process with that title, a shell below it. */
const WRAPPER = `process.title = process.argv[1];
  require('node:child_process').spawn('sh', process.argv.slice(2), {stdio: 'inherit'});
  setInterval(() => {}, 1e6);`;
/** Holds both ends of the fifo, so that stdin never ends. */
const FRONT = 'exec 3<>"$1"; "$2" "$3" <"/proc/self/fd/3" >/dev/null & echo "$$ $!"; wait';

/** The client, or the client above a wrapper that goes on, is killed; the front's stdin stays open. */
async function orphaned(title, direct) {
  const shell = ['-c', FRONT, 'sh', fifo, process.execPath, BIN];
  const command = direct
    ? ['sh', ...shell]
    : [process.execPath, '-e', CLIENT, process.execPath, '-e', WRAPPER, title, ...shell];
  const client = spawn(command[0], command.slice(1), {
    cwd: project,
    env: environment(home),
    // A session of its own, as in a terminal.
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [shellPid, front] = String(await new Promise((resolve) => client.stdout.once('data', resolve)))
    .trim()
    .split(' ')
    .map(Number);
  // At any moment of its start or later.
  await new Promise((resolve) => setTimeout(resolve, chance() * 400));
  const begun = performance.now();
  client.kill('SIGKILL');
  await until('the front is gone', () => !isAlive(front), 2 * WATCHDOG_MS).catch(() => {});
  const took = performance.now() - begun;
  for (const pid of pidsWith(`DEVTOOL_MCP_HOME=${home}`).filter(
    (one) => one === shellPid || one === front || isWrapper(one, title),
  ))
    kill(pid);
  return took;
}

const isWrapper = (pid, title) => title !== 'sh' && commandOf(pid).replaceAll('\0', '').trimEnd() === title;

function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}

const kill = (pid) => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
};

const names = Object.keys(ways);
const took = new Map(names.map((name) => [name, []]));
const keeper = await open();
let next = 0;
async function worker() {
  for (let n = next++; n < FRONTS; n = next++) {
    const name = names[n % names.length];
    took.get(name).push(await ways[name]());
  }
}

let left = 0;
try {
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const ours = pidsWith(`DEVTOOL_MCP_HOME=${home}`);
  left = ours.filter((pid) => pid !== keeper.child.pid && commandOf(pid).includes(BIN)).length;
} finally {
  await keeper.call('daemon', { action: 'stop' });
  await keeper.close();
  await until('nothing is left', () => pidsWith(`DEVTOOL_MCP_HOME=${home}`).length === 0).catch(() => {
    for (const pid of pidsWith(`DEVTOOL_MCP_HOME=${home}`)) kill(pid);
  });
  remove();
}

const limit = (name) => (name.startsWith('client killed') ? WATCHDOG_MS : SOON_MS);
let late = 0;
for (const [name, values] of took) {
  const over = values.filter((ms) => ms > limit(name)).length;
  late += over;
  console.log(
    `${name}: ${values.length}, median ${quantile(values, 0.5).toFixed(0)} ms, slowest ${quantile(values, 1).toFixed(0)} ms (bar ${limit(name)}), ${over} late`,
  );
}
const met = left === 0 && late === 0;
console.log(`R10 ${met ? 'met' : 'MISSED'}: ${FRONTS} fronts (seed ${SEED}), ${left} left, ${late} late`);
process.exitCode = met ? 0 : 1;
