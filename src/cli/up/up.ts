/** `devtool-mcp up [dir]`: for people. Starts the project's scripts and a proxy before them, shows what goes on, stops it all at the end. */
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { watchWrappers } from '../../front/lineage.ts';
import { Fault } from '../../text/fault.ts';
import { connectCli } from '../connect.ts';
import { faultOf } from '../fault-of.ts';
import { helpOf } from '../help.ts';
import { UP } from '../own-commands.ts';
import type { CliSession } from '../session.ts';
import { untilEnd } from '../until-end.ts';
import { parseWords } from '../words.ts';
import { type Drive, drive } from './drive.ts';
import type { Face } from './face.ts';
import type { Key } from './keys.ts';
import { liveFace } from './live-face.ts';
import { plainFace } from './plain-face.ts';
import { type Plan, planOf } from './plan.ts';

export async function up(words: readonly string[]): Promise<number> {
  const [first] = words;
  const isDirectory = first !== undefined && !first.startsWith('-') && !first.includes('=');
  const given = isDirectory ? [`path=${first}`, ...words.slice(1)] : words;
  const { arguments: options, help } = parseWords(given, UP, () => '');
  if (help) {
    process.stdout.write(helpOf(UP, null));
    return 0;
  }
  const path = directoryOf(String(options['path'] ?? '.'));
  const session = await connectCli(path);
  try {
    const scripts = Array.isArray(options['script']) ? options['script'].map(String) : [];
    const plan = planOf(await projectOf(session, path), scripts);
    const isLive =
      process.stdout.isTTY && process.stdin.isTTY && process.env['TERM'] !== 'dumb' && options['plain'] !== true;
    return await run(session, options['proxy'] === false ? { ...plan, proxies: [] } : plan, isLive);
  } finally {
    session.close();
  }
}

function directoryOf(path: string): string {
  try {
    return realpathSync(resolve(path));
  } catch {
    throw new Fault('invalid_argument', `path=${JSON.stringify(path)} does not exist`, 'Name a directory.', { path });
  }
}

async function projectOf(session: CliSession, path: string) {
  const answer = await session.call('detect', { path });
  if (answer.isError || answer.data === null) throw faultOf(answer);
  return answer.data;
}

async function run(session: CliSession, plan: Plan, isLive: boolean): Promise<number> {
  // In the background of a shell that has ended it goes on, as other development servers do.
  const end = untilEnd(watchWrappers);
  const quit = new AbortController();
  const running: { drive: Drive | null } = { drive: null };
  const pressed = (key: Key) => {
    // Who presses it again does not want to wait.
    if (key === 'quit' && quit.signal.aborted) process.exit(1);
    if (key === 'quit') quit.abort();
    else running.drive?.obey(key);
  };
  const said: string[] = [];
  const face = isLive ? keeping(liveView(plan, pressed), said) : plainFace((text) => process.stdout.write(text));
  running.drive = drive(session, {
    plan,
    face,
    signal: AbortSignal.any([end.signal, quit.signal]),
    endsWithProcesses: !isLive,
  });
  try {
    return await running.drive.ended;
  } finally {
    face.close();
    end.dispose();
    // On the screen that was there before.
    if (isLive) for (const text of said.slice(-3)) process.stdout.write(`devtool-mcp: ${text}\n`);
  }
}

const liveView = (plan: Plan, onKey: (key: Key) => void): Face =>
  liveFace({
    plan,
    // https://no-color.org
    colour: !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
    now: () => Date.now(),
    onKey,
    input: process.stdin,
    output: process.stdout,
  });

/** What was said stays readable when the view is gone. */
const keeping = (face: Face, said: string[]): Face => ({
  ...face,
  say(text) {
    said.push(text);
    if (said.length > 3) said.shift();
    face.say(text);
  },
});
