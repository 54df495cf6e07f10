/** Holds the dead-man's switch: a small shell that ends what the daemon ran if the daemon dies by any means. */
import { type ChildProcess, spawn } from 'node:child_process';
import { DEADMAN_SCRIPT } from './deadman-script.ts';
import { type Identity, isOrdinaryPid } from './identity.ts';
import { checkMarker, MARKER_NAME } from './marker.ts';

export interface Deadman {
  /** A group that is to be ended with the daemon; `leader` is verified before it is. */
  add(pgid: number, leader: Identity): void;
  /** As `add`, with all by whom the group is known; those of other groups are ended one by one. Replaces what was said before. */
  set(pgid: number, identities: readonly Identity[]): void;
  remove(pgid: number): void;
  /** An orderly end: who is still there all the same is ended. Resolves when the switch is gone. */
  dismiss(): Promise<void>;
}

/** A switch that cannot live is not replaced for ever. */
const MOST_REPLACED = 100;

/**
 * A switch that is killed is replaced and told of every group again. `env` is the daemon's own. RangeError for what is not a
 * marker. Where there is no /bin/sh nothing is done, and nothing said. It keeps no event loop alive.
 */
export function startDeadman(marker: string, env: Readonly<Record<string, string | undefined>>): Deadman {
  checkMarker(marker);
  const lines = new Map<number, string>();
  let dismissed = false;
  let replaced = 0;
  let child = arm();

  function arm(): ChildProcess {
    const armed = spawnSwitch(marker, env);
    armed.on('exit', () => {
      replaced += 1;
      if (!dismissed && replaced <= MOST_REPLACED) child = arm();
    });
    for (const line of lines.values()) armed.stdin?.write(line);
    return armed;
  }

  function set(pgid: number, identities: readonly Identity[]): void {
    if (!isOrdinaryPid(pgid)) return;
    const known = identities.filter(({ pid, startTime }) => isOrdinaryPid(pid) && /^\w[\w:]*$/.test(startTime));
    const line = `+ ${[pgid, ...known.map(({ pid, startTime }) => `${pid}:${startTime}`)].join(' ')}\n`;
    if (lines.get(pgid) === line) return;
    lines.set(pgid, line);
    child.stdin?.write(line);
  }

  return {
    set,
    add: (pgid, leader) => set(pgid, [leader]),
    remove(pgid) {
      if (lines.delete(pgid)) child.stdin?.write(`- ${pgid}\n`);
    },
    dismiss() {
      dismissed = true;
      return farewell(child);
    },
  };
}

/** In a session of its own, without our output, and deaf to what is sent to our group. */
function spawnSwitch(marker: string, env: Readonly<Record<string, string | undefined>>): ChildProcess {
  const { [MARKER_NAME]: _, ...clean } = env;
  const armed = spawn('/bin/sh', ['-c', DEADMAN_SCRIPT, 'devtool-mcp-deadman', marker], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env: clean,
    windowsHide: true,
  });
  // Who writes to a switch that was just killed learns it from `exit`; one that could not be spawned has none.
  armed.stdin?.on('error', () => {});
  armed.on('error', () => {});
  armed.unref();
  return armed;
}

function farewell(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.ref();
    child.once('exit', () => resolve());
    child.stdin?.end();
    // One that was stopped could not hear it.
    child.kill('SIGCONT');
  });
}
