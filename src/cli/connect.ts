/** The command line's own connection to the daemon. */
import { fileURLToPath } from 'node:url';
import { connectDaemon } from '../front/connect.ts';
import { localHome } from '../home/local-home.ts';
import { type CliSession, openSession } from './session.ts';

export async function connectCli(): Promise<CliSession> {
  const env = Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const { socket } = await connectDaemon({
    home: localHome(process.env),
    hello: { version: __VERSION__, cwd: process.cwd(), pid: process.pid, env, role: 'cli' },
    // Bundled beside it; from a chunk it is one directory up.
    daemonCommand: [process.execPath, '--max-semi-space-size=16', fileURLToPath(new URL('daemon.js', BESIDE))],
  });
  return openSession(socket);
}

/** The directory of the built program. */
const BESIDE = new URL(import.meta.url.includes('/chunks/') ? '..' : '.', import.meta.url);
