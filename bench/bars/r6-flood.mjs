// R6: one child writes at full speed: throughput against a naive pump, memory flat, tail byte-exact, `proc status` meanwhile.
// usage: r6-flood.mjs [bytes=1e10]
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openFront, PROGRAMS, quantile, scratch } from './front.mjs';

const bytes = Number(process.argv[2] ?? 1e10);
const flood = join(PROGRAMS, 'flood.mjs');
const rss = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;

/** What Node does with no history, no cells and no clock: reads and counts. */
async function naive() {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [flood, String(bytes)], { stdio: ['ignore', 'pipe', 'ignore'] });
  let read = 0;
  child.stdout.on('data', (chunk) => {
    read += chunk.length;
  });
  await new Promise((resolve) => child.stdout.on('close', resolve));
  return read / ((performance.now() - startedAt) / 1000);
}

const place = scratch();
const front = await openFront({ home: place.home, cwd: place.directory });
const { data: info } = await front.call('daemon', { action: 'info' });

const status = async (count) => {
  const times = [];
  for (let n = 0; n < count; n++) {
    const at = performance.now();
    await front.call('proc', { action: 'status', process_id: 'f' });
    times.push(performance.now() - at);
  }
  return times;
};

await front.call('run', { command: 'sleep', args: ['600'], id: 'f', wait_for: 'none' });
await status(200);
const idle = await status(1_000);
await front.call('proc', { action: 'stop', process_id: 'f', force: true });

/** Floods with `count` bytes and calls `look` until the child has ended; seconds. */
async function flooded(count, look) {
  const startedAt = performance.now();
  await front.call('run', { command: process.execPath, args: [flood, String(count)], id: 'f', wait_for: 'none' });
  let state = 'running';
  while (state === 'running') {
    await look();
    state = (await front.call('proc', { action: 'status', process_id: 'f' })).data.state;
  }
  return (performance.now() - startedAt) / 1000;
}

const before = rss(info.pid);
const memory = [];
const seconds = await flooded(bytes, async () => {
  memory.push(rss(info.pid));
  await new Promise((resolve) => setTimeout(resolve, 200));
});
const { data: ended } = await front.call('proc', { action: 'status', process_id: 'f' });
const { data: tail } = await front.call('proc', {
  action: 'output',
  process_id: 'f',
  stream: 'stdout',
  encoding: 'base64',
});
const { text: told } = await front.call('proc', { action: 'output', process_id: 'f', stream: 'stderr' });
const kept = readFileSync(tail.file);
const exact = told.startsWith(createHash('sha256').update(kept).digest('hex')) && kept.length === 262_144;
const counted = ended.output.stdout_bytes === bytes && ended.output.stdout_bytes - kept.length === tail.dropped_bytes;
const busy = [];
await flooded(bytes / 2, async () => busy.push(...(await status(50))));
await front.call('daemon', { action: 'stop' });
await front.close();
place.remove();
const plain = await naive();
const speed = bytes / seconds;

const ms = (values, q) => quantile(values, q).toFixed(2);
console.log(
  `idle status p50 ${ms(idle, 0.5)} p99 ${ms(idle, 0.99)} ms; flooded p50 ${ms(busy, 0.5)} p99 ${ms(busy, 0.99)} max ${ms(busy, 1)} ms (${busy.length} calls)`,
);
console.log(
  `memory ${Math.round(before)} MB before, ${Math.round(Math.max(...memory))} MB at most, ${Math.round(memory.at(-1))} MB at the end`,
);
console.log(
  `R6: ${(bytes / 1e9).toFixed(1)} GB at ${(speed / 1e9).toFixed(2)} GB/s, ${(speed / plain).toFixed(2)} of naive; memory +${Math.round(Math.max(...memory) - before)} MB; ` +
    `tail ${exact ? 'exact' : 'WRONG'}, counts ${counted ? 'exact' : 'WRONG'}; status p99 ratio ${(quantile(busy, 0.99) / quantile(idle, 0.99)).toFixed(2)}`,
);
process.exitCode = exact && counted ? 0 : 1;
