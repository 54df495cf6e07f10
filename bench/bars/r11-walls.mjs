// R11: resource walls: few descriptors, few processes (a pids cgroup, where the kernel lets us make one), a full disk. A typed
// error, the daemon alive, and all well within a second of relief.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, openFront, pidsWith, scratch, until } from './front.mjs';

const results = [];

async function wall(name, prepare) {
  const place = scratch();
  const undo = [];
  try {
    const front = await openFront({ home: place.home, cwd: place.directory });
    const { data: info } = await front.call('daemon', { action: 'info' });
    const relieve = await prepare(info.pid, place, undo);
    if (relieve === null) {
      results.push({ name, skipped: true });
      await front.call('daemon', { action: 'stop' });
      await front.close();
      return;
    }
    const errors = new Set();
    for (let n = 0; n < 40; n++) {
      const { isError, data } = await front.call('run', {
        command: 'sleep',
        args: ['60'],
        id: `w${n}`,
        wait_for: 'none',
      });
      if (isError) errors.add(`${data.error}${data.reason ? `/${data.reason}` : ''}`);
    }
    const alive = isAlive(info.pid) && !(await front.call('daemon', { action: 'status' })).isError;
    await relieve();
    const relievedAt = performance.now();
    let recovered = Number.NaN;
    await until(
      'a run after relief',
      async () => {
        const { isError } = await front.call('run', { command: 'true', id: 'after', mode: 'foreground' });
        recovered = performance.now() - relievedAt;
        return !isError;
      },
      5_000,
    ).catch(() => {});
    const typed = [...errors].every((error) => /^(start_failed\/E|limit)/.test(error));
    results.push({ name, errors: [...errors], alive, typed, recovered });
    await front.call('daemon', { action: 'stop' });
    await front.close();
    await until('nobody left', () => pidsWith(`DEVTOOL_MCP_HOME=${place.home}`).length === 0).catch(() => {});
  } finally {
    for (const each of undo.reverse()) each();
    place.remove();
  }
}

await wall('64 descriptors', async (pid) => {
  const before = execFileSync('prlimit', ['--pid', String(pid), '--nofile', '--output=SOFT,HARD', '--noheadings'], {
    encoding: 'utf8',
  })
    .trim()
    .split(/\s+/);
  execFileSync('prlimit', ['--pid', String(pid), '--nofile=64:']);
  return async () => execFileSync('prlimit', ['--pid', String(pid), `--nofile=${before[0]}:`]);
});

await wall('20 processes', async (pid, _place, undo) => {
  const root = ['/sys/fs/cgroup/pids', '/sys/fs/cgroup'].find((path) => existsSync(join(path, 'cgroup.procs')));
  if (root === undefined) return null;
  const group = join(root, `dtm-bar-${process.pid}`);
  try {
    mkdirSync(group);
    if (!existsSync(join(group, 'pids.max'))) throw new Error('no pids controller');
    // Threads count as well: so many beyond what the daemon has.
    writeFileSync(join(group, 'cgroup.procs'), String(pid));
    const threads = Number(/Threads:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
    writeFileSync(join(group, 'pids.max'), String(threads + 20));
  } catch {
    spawnSync('rmdir', [group]);
    return null;
  }
  undo.push(() => {
    try {
      rmdirSync(group);
    } catch {}
  });
  return async () => writeFileSync(join(group, 'pids.max'), 'max');
});

await wall('a full disk', async (_pid, place, undo) => {
  const state = join(place.home, 'state');
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', state]);
  if (status !== 0) return null;
  undo.push(() => spawnSync('umount', ['-l', state]));
  const filler = join(state, 'filler');
  spawnSync('sh', ['-c', `head -c 1000000 /dev/zero > '${filler}'`], { stdio: 'ignore' });
  return async () => spawnSync('rm', ['-f', filler]);
});

for (const result of results) console.log(JSON.stringify(result));
const done = results.filter(({ skipped }) => !skipped);
const met = done.filter(({ alive, typed, recovered }) => alive && typed && recovered <= 1_000);
const skipped = results.filter((result) => result.skipped).map(({ name }) => name);
console.log(
  `R11: ${met.length} of ${done.length} walls: daemon alive, typed errors, well again in ${Math.round(Math.max(...done.map(({ recovered }) => recovered)))} ms` +
    `${skipped.length > 0 ? `; the kernel refuses: ${skipped.join(', ')}` : ''}`,
);
process.exitCode = met.length === done.length ? 0 : 1;
