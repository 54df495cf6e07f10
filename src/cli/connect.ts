/** The command line's own connection to the daemon. */
import { connectDaemon, reachDaemon } from '../front/connect.ts';
import type { FrontHello } from '../home/hello.ts';
import { Fault } from '../text/fault.ts';
import { type CliSession, openSession } from './session.ts';
import { DAEMON_COMMAND, hello, home } from './surroundings.ts';

/** Of the daemon, which is started if there is none. */
export async function connectCli(cwd?: string): Promise<CliSession> {
  const { socket } = await connectDaemon({ home: home(), hello: hello('cli', cwd), daemonCommand: DAEMON_COMMAND });
  return openSession(socket, __VERSION__);
}

export interface Reached {
  readonly session: CliSession;
  readonly epoch: number;
  readonly pid: number;
}

/** Of the daemon that runs; null when none does. One that does not answer is a fault. */
export async function connectRunning(role: FrontHello['role'], cwd?: string): Promise<Reached | null> {
  const reached = await reachDaemon(home(), hello(role, cwd));
  if (reached.kind === 'none') return null;
  if (reached.kind === 'silent') throw silent(reached.pid);
  const { epoch, pid } = reached.daemon;
  return { session: await openSession(reached.socket, __VERSION__), epoch, pid };
}

const silent = (pid: number): Fault =>
  new Fault(
    'timeout',
    `the daemon, pid=${pid}, does not answer`,
    `See devtool-mcp doctor. If it stays so: kill -9 ${pid}, which ends what it runs too; the next command starts a new one.`,
    { pid },
  );
