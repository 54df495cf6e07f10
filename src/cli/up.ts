/** `devtool-mcp up [dir]`: for people. Starts the project's dev script, says where it is, shows what it writes, and stops it at Ctrl-C. */
import { resolve } from 'node:path';
import { Fault } from '../text/fault.ts';
import { connectCli } from './connect.ts';
import type { CliSession } from './session.ts';
import { unlessAborted } from './unless-aborted.ts';

/** The scripts that start a project, in the order in which they are looked for. */
const START_SCRIPTS = ['dev', 'start', 'serve', 'develop'];
/** One wait for news; the output is woken by its process, not polled. */
const NEWS_MS = 1_000;

export async function up(words: readonly string[]): Promise<number> {
  const path = resolve(words[0] ?? '.');
  const session = await connectCli();
  const end = new AbortController();
  const onSignal = () => end.abort();
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    return await show(session, path, end.signal);
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    session.close();
  }
}

async function show(session: CliSession, path: string, signal: AbortSignal): Promise<number> {
  const project = await ask(session, 'detect', { path });
  const script = chooseScript(project, path);
  say(`${String(project['name'] ?? path)}: starting ${script}`);
  const started = await ask(session, 'run', { path, script_name: script });
  const id = String(started['process_id']);
  const name = { process_id: id, path };
  for (const url of asList(started['urls'])) say(`ready at ${url}`);
  const ended = await follow(session, name, signal);
  if (ended !== null) {
    say(`${id} has ended: ${String(ended['state'])}, exit code ${String(ended['exit_code'] ?? ended['signal'])}`);
    return ended['state'] === 'stopped' ? 0 : 1;
  }
  say(`stopping ${id}`);
  await ask(session, 'proc', { action: 'stop', ...name });
  say('stopped');
  return 0;
}

function chooseScript(project: Readonly<Record<string, unknown>>, path: string): string {
  const names = asList(project['scripts']).flatMap((script) =>
    typeof script === 'object' && script !== null && 'name' in script ? [String(script.name)] : [],
  );
  const chosen = START_SCRIPTS.find((name) => names.includes(name));
  if (chosen !== undefined) return chosen;
  throw new Fault(
    'not_found',
    `${path} has no script named ${START_SCRIPTS.join(', ')}`,
    `Its scripts: ${names.join(', ') || 'none'}.`,
  );
}

/** Prints what the process writes, each line once; the process when it has ended, null when the person wants to stop. */
async function follow(
  session: CliSession,
  name: { process_id: string; path: string },
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>> | null> {
  let after = 0;
  while (!signal.aborted) {
    const waited = await unlessAborted(
      session.call('proc', { action: 'wait', ...name, for: 'exit', timeout_ms: NEWS_MS }),
      signal,
    );
    const output = await session.call('proc', { action: 'output', ...name, after, head: 10_000 });
    after = Number(output.facts['cursor'] ?? after);
    const lines = output.text.split('\n').slice(0, -1);
    if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
    if (waited !== null && !waited.isError) return waited.data;
  }
  return null;
}

/** The data of a call that must succeed; its own words as the error otherwise. */
async function ask(
  session: CliSession,
  tool: string,
  parameters: Record<string, unknown>,
): Promise<Readonly<Record<string, unknown>>> {
  const answer = await session.call(tool, parameters);
  if (answer.isError) throw new Error(answer.text);
  return answer.data ?? {};
}

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const say = (line: string): void => {
  process.stdout.write(`devtool-mcp: ${line}\n`);
};
