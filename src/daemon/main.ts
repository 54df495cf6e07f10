/** The daemon's entry: claims the next epoch before anything heavy is loaded, or ends because another daemon lives. */
import { localHome } from '../home/local-home.ts';
import { secureDirectory } from '../home/secure-directory.ts';
import { Fault } from '../text/fault.ts';
import { claimEpoch } from './epoch.ts';
import { openLog } from './log.ts';

const home = localHome(process.env);
const uid = process.getuid?.() ?? null;
secureDirectory(home.runtimeDirectory, uid);
const claim = claimEpoch(home.runtimeDirectory, process.pid);
/** `daemon run`: somebody reads this, and wants to know whether it was this daemon that came about. */
const [, , command, , ...flags] = process.argv;
const byHand = command === 'daemon';
const say = (line: string) => void (byHand && process.stderr.write(`devtool-mcp: ${line}\n`));
if (!claim.owned) {
  say(
    `a daemon runs already${claim.pid === null ? '' : ` as pid ${claim.pid}`}; stop it first: devtool-mcp daemon stop`,
  );
  if (byHand) process.exitCode = 1;
}
if (claim.owned) {
  secureDirectory(home.stateDirectory, uid);
  const log = openLog(home.logPath, () => new Date().toISOString());
  try {
    const { runDaemon } = await import('./control.ts');
    await runDaemon({ home, epoch: claim.epoch, beside: new URL('.', import.meta.url), log, flags, say });
    say(`the daemon listens on ${home.socketPath(claim.epoch)}; Ctrl-C ends it and what it runs`);
  } catch (error) {
    // Nobody sees a daemon's stderr.
    log(`cannot start: ${error instanceof Error ? error.stack : String(error)}`);
    say(`cannot start: ${error instanceof Fault ? error.text : String(error)}`);
    process.exit(1);
  }
}
