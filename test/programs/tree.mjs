// A leader with descendants of the shapes named in its arguments (`name` or `name*N`); says `ready PID…` when all are there.
// With IGNORE_TERM set everybody ignores SIGTERM. Linux: uses setsid(1).
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const deaf = process.env.IGNORE_TERM ? "trap '' TERM; " : '';
const leaf = `sh ${fileURLToPath(new URL('leaf.sh', import.meta.url))}`;
const bare = `env -i PATH="$PATH" IGNORE_TERM="$IGNORE_TERM"`;
const node = `"${process.execPath}" "${fileURLToPath(new URL('leaf.mjs', import.meta.url))}"`;

/** Shape → the shell line that starts it; whoever stays prints its pid. */
const SHAPES = {
  child: () => leaf,
  /** Its parent is gone. */
  orphan: () => `${leaf} & exit 0`,
  /** In a process group of its own, as a shell with job control makes them. */
  group: () => `set -m; ${leaf} & wait`,
  setsid: () => `setsid ${leaf}`,
  'double-fork': () => `setsid sh -c '${leaf} & exit 0' & exit 0`,
  /** Without the marker, in a session of its own. */
  bare: () => `${bare} setsid ${leaf}`,
  /** As above, and its parents gone at once. */
  'bare-double-fork': () => `${bare} setsid sh -c '${leaf} & exit 0' & exit 0`,
  deep: (levels) => `${deaf}sh ${fileURLToPath(new URL('deep.sh', import.meta.url))} ${levels}`,
  wide: (count) => `${Array.from({ length: count }, () => `${leaf} &`).join(' ')} wait`,
  stopped: () => `${deaf}sh -c 'echo $$; kill -STOP $$; while :; do sleep 0.2; done'`,
  node: () => node,
  /** npm: a shell runs node, which runs a shell, which runs the server. */
  npm: () => `sh -c '${node} "sh -c \\"${leaf}; true\\""; true'`,
  /** Has children that it does not reap. */
  zombies: () => `${deaf}sh -c 'sh -c : & exec ${leaf}'`,
};

if (process.env.IGNORE_TERM) process.on('SIGTERM', () => {});

function start(shape) {
  const [name, count = '1'] = shape.split('*');
  const wanted = name === 'wide' ? Number(count) : 1;
  const child = spawn('sh', ['-c', SHAPES[name](Number(count))], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  return new Promise((resolve) => {
    child.stdout.on('data', (chunk) => {
      text += chunk;
      const pids = text.split('\n').slice(0, -1).map(Number);
      if (pids.length === wanted) resolve(pids);
    });
  });
}

const pids = await Promise.all(process.argv.slice(2).map(start));
setInterval(() => {}, 1_000);
console.log(['ready', ...pids.flat()].join(' '));
