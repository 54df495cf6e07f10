/** A daemon to be killed: starts a switch and trees, says `{marker, switchMarker, pids}` in one line, and stays. Bundled by deadman.test.ts. */
import { startDeadman } from '../../../src/process/os/deadman.ts';
import { freshMarker, startTree } from './real-tree.ts';

const marker = freshMarker();
const deadman = startDeadman(marker, process.env);
const trees = await Promise.all([
  startTree(marker, 1, ['node', 'tree.mjs', 'child', 'orphan', 'group', 'setsid', 'double-fork', 'stopped', 'deep*10']),
  startTree(marker, 2, ['node', 'tree.mjs', 'bare', 'bare-double-fork', 'wide*30'], { IGNORE_TERM: '1' }),
  startTree(marker, 3, ['sh', 'forks-forever.sh', '2000']),
]);
for (const { leader, census } of trees) {
  census.members();
  deadman.set(leader.pid, [leader, ...census.unmarked()]);
}
const pids = trees.flatMap((tree) => [tree.leader.pid, ...tree.pids]);
setInterval(() => {}, 1_000);
console.log(JSON.stringify({ marker, pids }));
