/** `devtool-mcp daemon …`: the daemon by hand. Asking about it, and stopping it, starts none. */
import { connectDaemon } from '../front/connect.ts';
import { isOwnerAlive, latestEpoch } from '../home/owner.ts';
import { Fault } from '../text/fault.ts';
import type { Command } from './command.ts';
import { connectRunning, type Reached } from './connect.ts';
import { helpOf } from './help.ts';
import { exitCode, print } from './print.ts';
import { openSession, type ToolAnswer } from './session.ts';
import { DAEMON_COMMAND, hello, home } from './surroundings.ts';
import { parseWords } from './words.ts';

/** An ending daemon needs DEVTOOL_MCP_SHUTDOWN_MS, 6 s by default. */
const GONE_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 20;

export async function daemonByHand(command: Command, words: readonly string[]): Promise<number> {
  const { json, help, action } = parseWords(words, command, () => '');
  if (help) {
    process.stdout.write(helpOf(command, action));
    return 0;
  }
  const answer = await perform(action ?? '');
  print(answer, json);
  return exitCode(answer);
}

function perform(action: string): Promise<ToolAnswer> {
  if (action === 'start') return start();
  if (action === 'stop') return stop();
  return action === 'restart' ? restart() : ask(action);
}

const answered = (data: Record<string, unknown>): ToolAnswer => ({ text: '', data, isError: false, facts: {} });

const NONE = { running: false, pid: null, message: 'no daemon runs; the next command starts one' };

/** With none running, `status` has said so and fails, as a shell would expect of it. */
async function ask(action: string): Promise<ToolAnswer> {
  const reached = await connectRunning('onlooker');
  if (reached !== null) return callOf(reached, action);
  if (action === 'status') return { ...answered(NONE), isError: true, text: NONE.message };
  throw new Fault('not_running', 'no daemon runs', 'Start one: devtool-mcp daemon start.', { running: false });
}

async function callOf({ session }: Reached, action: string): Promise<ToolAnswer> {
  const answer = await session.call('daemon', { action });
  session.close();
  return answer;
}

async function start(): Promise<ToolAnswer> {
  const before = latestEpoch(home().runtimeDirectory)?.epoch ?? 0;
  const { daemon, socket } = await connectDaemon({ home: home(), hello: hello('cli'), daemonCommand: DAEMON_COMMAND });
  const session = await openSession(socket, __VERSION__);
  const { data } = await session.call('daemon', { action: 'status' });
  session.close();
  const message = daemon.epoch > before ? 'the daemon was started' : 'the daemon runs already';
  return answered({ ...data, message });
}

async function restart(): Promise<ToolAnswer> {
  const { data } = await stop('restart');
  const started = await start();
  return answered({ ...started.data, stopped_processes: data?.['stopped_processes'] ?? 0 });
}

/** Answers when the daemon is gone. */
async function stop(action: 'stop' | 'restart' = 'stop'): Promise<ToolAnswer> {
  const reached = await connectRunning('onlooker');
  if (reached === null) return answered({ ...NONE, stopped_processes: 0 });
  const { data } = await callOf(reached, action);
  await gone(reached);
  return answered({ ...data, message: 'the daemon has ended, and all that it ran' });
}

async function gone({ epoch, pid }: Reached): Promise<void> {
  for (let waited = 0; waited < GONE_WITHIN_MS; waited += LOOK_EVERY_MS) {
    const present = latestEpoch(home().runtimeDirectory);
    if (present === null || present.epoch !== epoch || !isOwnerAlive(present.owner)) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Fault(
    'timeout',
    `the daemon, pid=${pid}, has not ended within ${GONE_WITHIN_MS} ms`,
    `End it: kill -9 ${pid}, which ends what it runs too.`,
    { pid },
  );
}
