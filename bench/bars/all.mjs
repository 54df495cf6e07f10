// Every bar at its figure, one after the other: each script's last line. `npm run bars`; a short run: `npm run bars -- quick`.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const quick = process.argv.includes('quick');
/** Script, arguments at the figure, arguments of a short run. */
const BARS = [
  ['r1-kill-daemon', [], ['20']],
  ['r2-every-syscall', [], ['8']],
  ['r3-stop', [], []],
  ['r4-strangers', [], []],
  ['r5-restart-policy', [], []],
  ['r6-flood', [], ['1000000000']],
  ['r7-exits', [], ['500']],
  ['r8-leaks', [], ['300']],
  ['r9-herd', [], []],
  ['r10-front-lifetime', [], []],
  ['r11-walls', [], []],
  ['l2-linearizable', [], ['20', '2000']],
  ['l4-terminate', [], ['200']],
  ['l5-stress', [], ['5']],
  ['p1-desync', [], ['1000']],
  ['p3-documents', [], ['300']],
  ['l6-simulation', [], ['100']],
  ['p-large', [], ['300000000']],
  ['p-log-bounds', [], ['30000']],
  ['p-log-cost', [], ['3', '1']],
  ['p6-streams', [], ['500']],
  ['p7-backpressure', [], ['200', '3']],
  ['p8-slow-clients', [], ['200', '15']],
  ['p8-slowhttptest', [], ['200', '10']],
  ['p9-dev-servers', [], ['5', 'vite 8']],
  ['p-modules', [], ['3', '300']],
  ['t12-hop-by-hop', [], []],
  ['p10-chaos', [], ['5']],
  ['p11-down-up', [], ['50']],
  ['p12-rules', [], ['4', '4000']],
  ['s2-clients', [], ['50']],
  ['s3-stdout', [], []],
  ['s5-browser-attacks', [], []],
  ['s6-canaries', [], ['1', '60']],
  ['s4-fuzz', [], ['1']],
  ['s7-local-user', [], []],
  ['t5-t6-pages', [], ['20000', '3']],
  ['s8-redos', [], []],
  ['s9-overload', [], ['200', '10']],
  ['s10-living', [], ['30']],
];

let missed = 0;
for (const [name, full, short] of BARS) {
  const path = fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...(quick ? short : full)], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  const last = stdout.trim().split('\n').at(-1) || stderr.trim().split('\n').at(-1);
  if (status !== 0) missed += 1;
  console.log(`${status === 0 ? 'met   ' : 'MISSED'} ${last}`);
}
console.log(`${BARS.length - missed} bars met, ${missed} missed`);
process.exitCode = missed === 0 ? 0 : 1;
