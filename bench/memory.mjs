// What lies idle costs: a front, the daemon, each process and each proxy in it. Resident (RSS) and, of pages that are shared with
// others, our part (PSS), from /proc/PID/smaps_rollup; shared buffers as the daemon counts them. RUNS=n: median of n daemons.
import { readFileSync } from 'node:fs';
import { median, openFront, pidsWith, scratch, until } from './bars/front.mjs';

const RUNS = Number(process.env.RUNS ?? 5);
const PROXIES = 4;
const PROCESSES = 8;
const MIB = 1_048_576;
/** For what has just been done to be over: its garbage collected, its workers parked. */
const SETTLE_MS = 3_000;

function memoryOf(pid) {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kib = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(rollup)?.[1]);
  return { rss: kib('Rss') / 1024, pss: kib('Pss') / 1024 };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, SETTLE_MS));

async function measured() {
  const { directory, home, remove } = scratch();
  const front = await openFront({ home, cwd: directory });
  const ok = async (tool, parameters) => {
    const { data, isError, text } = await front.call(tool, parameters);
    if (isError) throw new Error(text);
    return data;
  };
  try {
    const { pid } = await ok('daemon', { action: 'info' });
    const look = async () => {
      await settle();
      const { memory } = await ok('daemon', { action: 'info' });
      return { ...memoryOf(pid), shared: memory.shared_bytes / MIB };
    };
    const idle = await look();
    const own = memoryOf(front.child.pid);
    for (let n = 0; n < PROCESSES; n++) await ok('run', { command: 'sleep', args: ['600'], id: `s${n}` });
    const processes = await look();
    for (let n = 0; n < PROXIES; n++)
      await ok('proxy', { action: 'start', id: `p${n}`, target_url: `http://localhost:${9_000 + n}` });
    const proxies = await look();
    const each = (after, before, count) => (name) => (after[name] - before[name]) / count;
    const perProcess = each(processes, idle, PROCESSES);
    const perProxy = each(proxies, processes, PROXIES);
    return {
      'front, RSS': own.rss,
      'front, PSS': own.pss,
      'daemon, RSS': idle.rss,
      'daemon, PSS': idle.pss,
      'daemon, shared buffers': idle.shared,
      'a process, PSS': perProcess('pss'),
      'a process, shared buffers': perProcess('shared'),
      'a proxy, PSS': perProxy('pss'),
      'a proxy, shared buffers': perProxy('shared'),
    };
  } finally {
    await front.call('daemon', { action: 'stop' });
    await front.close();
    await until('nothing is left', () => pidsWith(`DEVTOOL_MCP_HOME=${home}`).length === 0);
    remove();
  }
}

const runs = [];
for (let run = 0; run < RUNS; run++) runs.push(await measured());
const figures = Object.fromEntries(Object.keys(runs[0]).map((name) => [name, median(runs.map((one) => one[name]))]));
for (const [name, mib] of Object.entries(figures)) console.log(`${name.padEnd(26)} ${mib.toFixed(2).padStart(7)} MiB`);
console.log(
  `memory: idle front ${figures['front, PSS'].toFixed(1)}, daemon ${figures['daemon, PSS'].toFixed(1)}, a process ${figures['a process, PSS'].toFixed(2)}, a proxy ${figures['a proxy, PSS'].toFixed(1)} MiB (PSS, median of ${RUNS})`,
);
