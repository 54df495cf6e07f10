// R1: kill -9 of the daemon at random moments, with nasty trees alive: no orphan, no stale socket, the same front goes on.
// usage: r1-kill-daemon.mjs [kills=200] [seed]
import { join } from 'node:path';
import { isAlive, openFront, PROGRAMS, pidsWith, quantile, random, scratch, until } from './front.mjs';

const kills = Number(process.argv[2] ?? 200);
const seed = Number(process.argv[3] ?? Date.now() % 1e6);
const chance = random(seed);
const place = scratch();
const front = await openFront({ home: place.home, cwd: place.directory });
const SHAPES = ['child', 'setsid', 'double-fork', 'bare', 'bare-double-fork', 'stopped', 'node', 'wide*5', 'deep*3'];

const goneMs = [];
const backMs = [];
let orphans = 0;
/** What the tree of this round told of itself: `env -i` children carry nothing by which they could be found. */
let told = [];
let failures = 0;

/** One of the moments at which a daemon may die: at once, while it starts something, while it stops something. */
async function somethingUnderWay() {
  const shape = SHAPES[Math.floor(chance() * SHAPES.length)];
  const run = {
    id: 't',
    command: process.execPath,
    args: [join(PROGRAMS, 'tree.mjs'), shape],
    env: { IGNORE_TERM: '1' },
  };
  const moment = Math.floor(chance() * 4);
  if (moment === 0) return void front.call('run', { ...run, wait_for: 'none' });
  await front.call('run', { ...run, wait_for: { text: 'ready' } });
  const { text } = await front.call('proc', { action: 'output', process_id: 't', grep: '^ready', tail: 1 });
  told = (text.split('\n')[0] ?? '').split(' ').slice(1).map(Number);
  if (moment === 1) void front.call('proc', { action: 'stop', process_id: 't', grace_ms: 200 });
  if (moment === 2) void front.call('proc', { action: 'restart', process_id: 't', grace_ms: 200 });
}

for (let kill = 0; kill < kills; kill++) {
  const { data } = await front.call('daemon', { action: 'info' });
  told = [];
  await somethingUnderWay();
  await new Promise((resolve) => setTimeout(resolve, chance() * 40));
  process.kill(data.pid, 'SIGKILL');
  const killedAt = performance.now();
  // What carries the home in its environment was the daemon's: everything but the front.
  const left = () => [
    ...pidsWith(`DEVTOOL_MCP_HOME=${place.home}`).filter((pid) => pid !== front.child.pid),
    ...told.filter((pid) => isAlive(pid)),
  ];
  await until(`everybody of daemon ${data.pid} gone`, () => left().length === 0, 5_000).catch(() => {
    orphans += left().length;
    for (const pid of left()) process.kill(pid, 'SIGKILL');
  });
  goneMs.push(performance.now() - killedAt);
  const askedAt = performance.now();
  // The first call may meet the loss itself; the one after it is served by a new daemon.
  const answer = await front.call('daemon', { action: 'status' });
  const again = answer.isError ? await front.call('daemon', { action: 'status' }) : answer;
  if (again.isError || !isAlive(again.data.pid)) failures += 1;
  backMs.push(performance.now() - askedAt);
}
await front.call('daemon', { action: 'stop' });
await front.close();
place.remove();
const figure = (values) => `p50 ${Math.round(quantile(values, 0.5))} p99 ${Math.round(quantile(values, 0.99))} ms`;
console.log(
  `R1 seed ${seed}: ${kills} kills, ${orphans} orphans, ${failures} failed calls; trees gone ${figure(goneMs)}; next daemon serving ${figure(backMs)}`,
);
process.exitCode = orphans + failures === 0 ? 0 : 1;
