// R3: stop means stop: every shape of tree, honouring signals and deaf to them, bare, in a shell and under npm.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, openFront, PROGRAMS, scratch } from './front.mjs';

const GRACE_MS = 1_000;
const SHAPES = [
  'child',
  'orphan',
  'setsid',
  'double-fork',
  'bare',
  'bare-double-fork',
  'deep*50',
  'wide*200',
  'stopped',
  'node',
  'npm',
  'zombies',
];
const place = scratch();
mkdirSync(place.directory, { recursive: true });
const front = await openFront({ home: place.home, cwd: place.directory });
const tree = join(PROGRAMS, 'tree.mjs');
const WAYS = {
  bare: (shape) => ({ command: process.execPath, args: [tree, shape] }),
  shell: (shape) => ({ command: `"${process.execPath}" "${tree}" '${shape}'; true`, shell: true }),
  npm: (shape) => {
    writeFileSync(
      join(place.directory, 'package.json'),
      JSON.stringify({ name: 'x', scripts: { tree: `"${process.execPath}" "${tree}" "${shape}"` } }),
    );
    return { script_name: 'tree' };
  },
};

let stops = 0;
let survivors = 0;
let late = 0;
for (const shape of SHAPES) {
  for (const [way, command] of Object.entries(WAYS)) {
    for (const env of [{}, { IGNORE_TERM: '1' }]) {
      await front.call('run', {
        ...command(shape),
        id: 't',
        env,
        wait_for: { text: 'ready' },
        wait_timeout_ms: 60_000,
      });
      const { text } = await front.call('proc', { action: 'output', process_id: 't', grep: '^ready', tail: 1 });
      const pids = (text.split('\n')[0] ?? '').split(' ').slice(1).map(Number);
      if (pids.length === 0 || !pids.every(isAlive)) throw new Error(`${shape} ${way}: the tree is not there: ${text}`);
      const askedAt = performance.now();
      const stopped = await front.call('proc', { action: 'stop', process_id: 't', grace_ms: GRACE_MS });
      const ms = performance.now() - askedAt;
      const left = pids.filter(isAlive);
      stops += 1;
      survivors += left.length;
      if (ms > GRACE_MS + 200 || stopped.isError) {
        late += 1;
        console.log(
          `${shape} ${way} ${JSON.stringify(env)}: ${Math.round(ms)} ms ${stopped.isError ? stopped.text : ''}`,
        );
      }
    }
  }
}
await front.call('daemon', { action: 'stop' });
await front.close();
place.remove();
console.log(`R3: ${stops} stops of ${SHAPES.length} shapes, ${survivors} survivors, ${late} later than grace + 200 ms`);
process.exitCode = survivors === 0 ? 0 : 1;
