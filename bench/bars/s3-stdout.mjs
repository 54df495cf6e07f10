// S3: every byte that a front writes to stdout is a JSON-RPC line, whatever it is fed and whatever the processes write.
import { openFront, random, scratch } from './front.mjs';

const seed = Number(process.argv[2] ?? Date.now() % 1e6);
const chance = random(seed);
const place = scratch();
const front = await openFront({ home: place.home, cwd: place.directory });
const GARBAGE = [
  '',
  '{',
  'null',
  '[]',
  '"x"',
  '{"jsonrpc":"2.0"}',
  '{"id":1}',
  '\u0000\u0001',
  '{"jsonrpc":"2.0","id":{},"method":"x"}',
  'x'.repeat(100_000),
];
let fed = 0;
for (let n = 0; n < 500; n++) {
  const line = GARBAGE[Math.floor(chance() * GARBAGE.length)];
  front.child.stdin.write(`${line}\n`);
  fed += 1;
  if (n % 50 === 0)
    await front.call('run', {
      command: 'sh',
      args: ['-c', 'printf "\\033]0;x\\007 {\\n\\"id\\":1}\\n"; exit 3'],
      id: `s${n}`,
      mode: 'foreground-raw',
    });
}
const alive = await front.call('daemon', { action: 'status' });
await front.call('daemon', { action: 'stop' });
await front.close();
place.remove();
console.log(
  `S3 seed ${seed}: ${fed} lines of garbage, ${front.impure.length} impure lines, the session ${alive.isError ? 'is LOST' : 'goes on'}`,
);
process.exitCode = front.impure.length === 0 && !alive.isError ? 0 : 1;
