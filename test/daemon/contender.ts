/** Bundled and run by epoch.test.ts: claims the directory in its argument, says what came of it, and lives until it is told to end. */
import { claimEpoch, sweepEpochs } from '../../src/daemon/epoch.ts';

const [directory = ''] = process.argv.slice(2);
const claim = claimEpoch(directory, process.pid);
if (claim.owned) sweepEpochs(directory, claim.epoch, (epoch) => `${directory}/daemon-${epoch}.sock`);
process.stdout.write(`${JSON.stringify(claim)}\n`);
if (claim.owned) process.stdin.resume().on('end', () => process.exit(0));
