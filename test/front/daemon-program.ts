/**
 * Bundled and run by front tests: a daemon with the real epochs and the real door, that answers with what it is.
 * Methods: `who`, `die` (SIGKILL), `stop`, `never` (no answer); anything else is answered with its own params.
 */
import { createInterface } from 'node:readline';
import { claimEpoch, sweepEpochs } from '../../src/daemon/epoch.ts';
import { openDoor } from '../../src/daemon/socket.ts';
import { isNewer } from '../../src/home/hello.ts';
import { localHome } from '../../src/home/local-home.ts';
import { loopTurns } from '../daemon/loop-turns.ts';

const [version = '1.0.0'] = process.argv.slice(2);
const home = localHome(process.env);
const claim = claimEpoch(home.runtimeDirectory, process.pid);
if (claim.owned) await serve(claim.epoch);

async function serve(epoch: number): Promise<void> {
  let clients = 0;
  const door = await openDoor({
    path: home.socketPath(epoch),
    greet(hello) {
      const leaving = clients === 0 && isNewer(hello.version, version);
      if (leaving) end();
      return { version, pid: process.pid, epoch, leaving };
    },
    turns: loopTurns(),
    watch: () => () => {},
    connected(hello, socket) {
      clients += 1;
      socket.on('close', () => {
        clients -= 1;
      });
      socket.resume();
      createInterface({ input: socket }).on('line', (line) => {
        const { id, method, params } = JSON.parse(line);
        if (method === 'die') process.kill(process.pid, 'SIGKILL');
        if (method === 'stop') end();
        if (id === undefined || method === 'never') return;
        const who = {
          pid: process.pid,
          epoch,
          version,
          cwd: hello.cwd,
          home: process.env['DEVTOOL_MCP_HOME'],
          marker: process.env['DEVTOOL_MCP_MARKER'] ?? null,
        };
        socket.write(`${JSON.stringify({ jsonrpc: '2.0', id, result: method === 'who' ? who : (params ?? {}) })}\n`);
      });
    },
    log: (line) => process.stderr.write(`${line}\n`),
  });
  sweepEpochs(home.runtimeDirectory, epoch, (old) => home.socketPath(old));
  const end = () => {
    door.close();
    setTimeout(() => process.exit(0), 20);
  };
}
