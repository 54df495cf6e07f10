// R8: start/stop cycles leave no descriptor, thread, slot or memory.
// usage: r8-leaks.mjs [cycles=10000]
import { readdirSync, readFileSync } from 'node:fs';
import { openFront, scratch } from './front.mjs';

const cycles = Number(process.argv[2] ?? 10_000);
const place = scratch();
const front = await openFront({ home: place.home, cwd: place.directory, env: { NODE_OPTIONS: '' } });
const { data: info } = await front.call('daemon', { action: 'info' });
const pid = info.pid;

/** One life: started, stopped, removed; every tenth under a name of its own that is replaced later. */
async function cycle(number) {
  const id = `c${number % 10}`;
  await front.call('run', { command: 'sleep', args: ['600'], id, wait_for: 'none' });
  await front.call('proc', { action: 'stop', process_id: id, force: number % 2 === 0 });
  if (number % 3 === 0) await front.call('proc', { action: 'remove', process_id: id });
}

async function measure() {
  await new Promise((resolve) => setTimeout(resolve, 500));
  const { data } = await front.call('daemon', { action: 'info' });
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    threads: Number(/Threads:\s+(\d+)/.exec(status)?.[1]),
    rssMb: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024,
    heapMb: data.memory.heap_bytes / 1e6,
    sharedMb: data.memory.shared_bytes / 1e6,
    active: data.process_info.active,
  };
}

for (let number = 0; number < Math.min(500, cycles); number++) await cycle(number);
const before = await measure();
for (let number = 0; number < cycles; number++) await cycle(number);
const after = await measure();
await front.call('daemon', { action: 'stop' });
await front.close();
place.remove();
console.log('before', before, 'after', after);
const difference = (name) => after[name] - before[name];
const leaks = difference('descriptors') + difference('threads') + difference('sharedMb') + after.active;
console.log(
  `R8: ${cycles} cycles: descriptors ${difference('descriptors')}, threads ${difference('threads')}, shared memory ${difference('sharedMb').toFixed(1)} MB, ` +
    `heap ${difference('heapMb').toFixed(1)} MB, resident ${difference('rssMb').toFixed(1)} MB, live ${after.active}`,
);
process.exitCode = leaks === 0 ? 0 : 1;
