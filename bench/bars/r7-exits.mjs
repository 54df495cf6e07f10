// R7: nothing is lost at exit: children that print and end at once, by exit code and by signal.
// usage: r7-exits.mjs [children=20000] [parallel=8]
import { openFront, scratch } from './front.mjs';

const children = Number(process.argv[2] ?? 20_000);
const parallel = Number(process.argv[3] ?? 8);
const place = scratch();
const front = await openFront({ home: place.home, cwd: place.directory });
let lost = 0;
let wrong = 0;

async function one(number, lane) {
  const code = number % 3 === 0 ? 0 : number % 256;
  const end = number % 5 === 0 ? 'kill -KILL $$' : `exit ${code}`;
  const word = `last-${number}-word`;
  const { data } = await front.call('run', {
    command: 'sh',
    args: ['-c', `echo first; printf %s ${word}; ${end}`],
    id: `e${lane}`,
    mode: 'foreground-raw',
  });
  if (data.stdout !== `first\n${word}`) lost += 1;
  const expected =
    number % 5 === 0
      ? data.signal === 'SIGKILL' && data.exit_code === null
      : data.exit_code === code && data.signal === null;
  if (!expected) wrong += 1;
}

let next = 0;
await Promise.all(
  Array.from({ length: parallel }, async (_, lane) => {
    while (next < children) {
      next += 1;
      await one(next, lane);
    }
  }),
);
const { data } = await front.call('daemon', { action: 'info' });
await front.call('daemon', { action: 'stop' });
await front.close();
place.remove();
console.log(
  `R7: ${children} children, ${lost} with words lost, ${wrong} with a wrong end; started ${data.process_info.total_started}`,
);
process.exitCode = lost + wrong === 0 && data.process_info.total_started === children ? 0 : 1;
