// R5: the restart policy is exact: after 5 restarts in 60 s the next failure is final; wall clock steps change nothing. The
// policy itself runs 10,000 random schedules on a virtual clock in test/process/restart-budget.test.ts; here it is the real one.
import { openFront, scratch, until } from './front.mjs';

const place = scratch();
const front = await openFront({ home: place.home, cwd: place.directory });
const startedAt = performance.now();
await front.call('run', {
  command: 'sh',
  args: ['-c', 'echo run; exit 3'],
  id: 'f',
  restart: 'on-failure',
  wait_for: 'none',
});
const status = async () => (await front.call('proc', { action: 'status', process_id: 'f' })).data;
await until(
  'the last failure',
  async () => {
    const { state, restarts } = await status();
    return state === 'failed' && restarts === 5;
  },
  40_000,
);
const seconds = (performance.now() - startedAt) / 1000;
await new Promise((resolve) => setTimeout(resolve, 2_000));
const { state, restarts, exit_code } = await status();
const { text } = await front.call('proc', { action: 'output', process_id: 'f', grep: '^run', raw: true, head: 100 });
const runs = text.split('\n').length - 1;
await front.call('daemon', { action: 'stop' });
await front.close();
place.remove();
// 0.5 + 1 + 2 + 4 + 8 s of waiting.
const exact = state === 'failed' && restarts === 5 && exit_code === 3 && runs === 6 && seconds >= 15.5;
console.log(
  `R5: 6th failure final: ${state}, ${restarts} restarts, ${runs} runs, delays of 15.5 s took ${seconds.toFixed(1)} s`,
);
process.exitCode = exact ? 0 : 1;
