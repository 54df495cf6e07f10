// A leader with descendants of the shapes named in its arguments, one each; says `ready PID…` when all are there. Every
// descendant ignores SIGTERM when IGNORE_TERM is set.
import { spawn } from 'node:child_process';

const LEAF = `${process.env.IGNORE_TERM ? "trap '' TERM; " : ''}echo $$; while :; do sleep 0.2; done`;

/** Shape → the shell line that starts it; each prints the pid that stays. */
const SHAPES = {
  child: `sh -c '${LEAF}'`,
  orphan: `sh -c '(${LEAF}) & exit 0'`.replace('echo $$', 'sh -c "echo \\$PPID"'),
  setsid: `setsid sh -c '${LEAF}'`,
  'double-fork': `sh -c "setsid sh -c '${LEAF.replaceAll('$$', '\\$\\$')}' & exit 0"`,
  'empty-environment': `env -i PATH="$PATH" setsid sh -c '${LEAF}'`,
  deep: `sh -c "sh -c \\"sh -c '${LEAF.replaceAll('$$', '\\\\\\$\\\\\\$')}'; true\\"; true"`,
  stopped: `sh -c 'echo $$; kill -STOP $$; while :; do sleep 0.2; done'`,
  node: `"${process.execPath}" -e "${process.env.IGNORE_TERM ? "process.on('SIGTERM',()=>{});" : ''}console.log(process.pid);setInterval(()=>{},1e3)"`,
};

if (process.env.IGNORE_TERM) process.on('SIGTERM', () => {});
const pids = await Promise.all(
  process.argv.slice(2).map(
    (shape) =>
      new Promise((resolve) => {
        const [name, count = '1'] = shape.split('*');
        const line = name === 'wide' ? Array.from({ length: Number(count) }, () => `sh -c '${LEAF}' &`).join(' ') + ' wait' : SHAPES[name];
        const expected = name === 'wide' ? Number(count) : 1;
        const child = spawn('sh', ['-c', line], { stdio: ['ignore', 'pipe', 'inherit'] });
        let text = '';
        child.stdout.on('data', (chunk) => {
          text += chunk;
          const lines = text.split('\n').slice(0, -1);
          if (lines.length >= expected) resolve(lines.slice(0, expected).map(Number));
        });
      }),
  ),
);
setInterval(() => {}, 1_000);
console.log(`ready ${pids.flat().join(' ')}`);
