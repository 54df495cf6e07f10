// Bar R9: 100 fronts started at once make exactly one daemon, and all are served; again after `kill -9` of it, with all of them asking
// at once. The last line is the figure; the exit code says whether the bar is met. HERD=n and WAVES=n change the figures.
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BIN, isAlive, openFront, pidsWith, quantile, scratch, until } from './front.mjs';

const HERD = Number(process.env.HERD ?? 100);
const WAVES = Number(process.env.WAVES ?? 1);

const { directory, home, remove } = scratch();
const project = join(directory, 'project');
mkdirSync(project);
const problems = [];
const took = [];
let served = 0;
let most = 0;

const serving = () => readFileSync(join(home, 'state/daemon.log'), 'utf8').match(/serves epoch/g)?.length ?? 0;
const daemons = () =>
  pidsWith(`DEVTOOL_MCP_HOME=${home}`).filter((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('daemon.js'),
  );

async function ask(front, wave) {
  const begun = performance.now();
  let { data, isError, text } = await front.call('daemon', { action: 'info' });
  // Written to the dead daemon's socket before its end was seen: answered with an error, and the next call is served.
  if (isError && text.includes('may have taken effect'))
    ({ data, isError, text } = await front.call('daemon', { action: 'info' }));
  took.push(performance.now() - begun);
  if (isError) problems.push(`wave ${wave}: ${text}`);
  else served += 1;
  return data.pid;
}

try {
  for (let wave = 1; wave <= WAVES; wave++) {
    const begun = performance.now();
    const fronts = await Promise.all(
      Array.from({ length: HERD }, () => openFront({ home, cwd: project, command: [process.execPath, BIN] })),
    );
    took.push(performance.now() - begun);
    const pids = new Set(await Promise.all(fronts.map((front) => ask(front, wave))));
    if (pids.size !== 1) problems.push(`wave ${wave}: served by daemons ${[...pids].join(', ')}`);
    most = Math.max(most, pids.size);
    const [first] = pids;
    process.kill(first, 'SIGKILL');
    await until('the daemon is dead', () => !isAlive(first));
    const next = new Set(await Promise.all(fronts.map((front) => ask(front, wave))));
    if (next.size !== 1 || next.has(first))
      problems.push(`wave ${wave}: after a kill served by ${[...next].join(', ')}`);
    most = Math.max(most, next.size);
    await Promise.all(fronts.map((front) => front.close()));
    await until('one daemon is left', () => daemons().length === 1);
    const started = serving();
    if (started !== 2 * wave) problems.push(`wave ${wave}: ${started} daemons have served, ${2 * wave} were needed`);
    for (const pid of daemons()) process.kill(pid, 'SIGKILL');
    await until('nothing is left', () => pidsWith(`DEVTOOL_MCP_HOME=${home}`).length === 0);
  }
} finally {
  for (const pid of pidsWith(`DEVTOOL_MCP_HOME=${home}`)) process.kill(pid, 'SIGKILL');
  await until('nothing is left', () => pidsWith(`DEVTOOL_MCP_HOME=${home}`).length === 0);
  remove();
}

for (const problem of problems.slice(0, 10)) console.log(problem);
const met = problems.length === 0 && served === 2 * HERD * WAVES;
console.log(
  `R9 ${met ? 'met' : 'MISSED'}: ${WAVES} × ${HERD} fronts at once, at most ${most} daemon at a time, ${served} of ${2 * HERD * WAVES} calls served, slowest ${quantile(took, 1).toFixed(0)} ms`,
);
process.exitCode = met ? 0 : 1;
