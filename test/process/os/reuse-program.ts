/**
 * Run by real-reuse.test.ts as root in a pid namespace of its own: makes the kernel give a run's pid to a stranger, again and
 * again, and signals the run. Says `{reused, wrong}` in one line.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { systemClock } from '../../../src/process/clock.ts';
import { createCensus } from '../../../src/process/os/census.ts';
import { DEADMAN_SCRIPT } from '../../../src/process/os/deadman-script.ts';
import { linuxSystem } from '../../../src/process/os/linux.ts';
import { MARKER_NAME, markerValue, newMarker, runEntry } from '../../../src/process/os/marker.ts';
import { signalOne } from '../../../src/process/os/signal.ts';
import { stopTree } from '../../../src/process/os/stop-tree.ts';

const ROUNDS = 100;
const marker = newMarker(crypto.getRandomValues(new Uint8Array(16)));
const system = linuxSystem(process.pid);
const clock = systemClock(process.hrtime.bigint());
let reused = 0;
let wrong = 0;

/** The child has lived for longer than a clock tick (10 ms) when it says so: two processes of one tick could not be told apart. */
async function start(env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const child = spawn('sh', ['-c', 'sleep 0.03; echo up; exec sleep 600'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    env,
  });
  await once(child.stdout, 'data');
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

for (let run = 1; run <= ROUNDS; run++) {
  const ours = await start({ ...process.env, [MARKER_NAME]: markerValue(marker, run) });
  const leader = system.read(ours.pid ?? 0);
  if (leader === null) throw new Error('the leader is not there');
  const census = createCensus(system, leader, runEntry(marker, run));
  census.members();
  await end(ours);
  // The kernel gives out the next pid after this one (proc_sys_kernel(5), ns_last_pid).
  writeFileSync('/proc/sys/kernel/ns_last_pid', String(leader.pid - 1));
  const stranger = await start(process.env);
  if (stranger.pid === leader.pid) {
    reused += 1;
    if (run % 2 === 0) census.leaderExited();
    signalOne(system, leader, 'SIGKILL');
    await stopTree(system, census, { force: run % 3 === 0, graceMs: 0 }, clock);
    const known = `+ ${leader.pid} ${leader.pid}:${leader.startTime}\n`;
    spawnSync('sh', ['-c', DEADMAN_SCRIPT, 'deadman', marker], { input: known, stdio: ['pipe', 'ignore', 'ignore'] });
    if (stranger.signalCode !== null || system.read(leader.pid)?.state === 'Z') wrong += 1;
  }
  await end(stranger);
}
console.log(JSON.stringify({ reused, wrong }));
