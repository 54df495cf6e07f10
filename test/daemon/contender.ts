/**
 * Bundled and run by epoch.test.ts. Says that it is ready, claims the directory in its argument when told, writes itself into the
 * history of owners, and says which of the others there are alive: two owners that overlap cannot both miss that.
 */
import { once } from 'node:events';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { claimEpoch, sweepEpochs } from '../../src/daemon/epoch.ts';
import { isOwnerAlive, type Owner } from '../../src/home/owner.ts';
import { startTimeOf } from '../../src/home/process-start.ts';

const [directory = ''] = process.argv.slice(2);
const history = join(directory, 'history');
const say = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`);

say({ ready: true });
await once(process.stdin, 'data');
const claim = claimEpoch(directory, process.pid);
if (claim.owned) {
  appendFileSync(history, `${JSON.stringify({ pid: process.pid, startTime: startTimeOf(process.pid) })}\n`);
  sweepEpochs(directory, claim.epoch, (epoch) => join(directory, `daemon-${epoch}.sock`));
}
say({ claim, overlaps: claim.owned ? overlaps() : [] });
if (claim.owned) process.stdin.resume().on('end', () => process.exit(0));
else process.exit(0);

function overlaps(): number[] {
  const owners: Owner[] = readFileSync(history, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  return owners.filter((owner) => owner.pid !== process.pid && isOwnerAlive(owner)).map(({ pid }) => pid);
}
