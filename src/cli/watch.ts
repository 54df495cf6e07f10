/** `devtool-mcp watch`: a line for each event, over the daemon's restarts too. An onlooker: it starts no daemon and keeps nothing running. */
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { watchLineage } from '../front/lineage.ts';
import { Fault } from '../text/fault.ts';
import { changeIn } from './arrival.ts';
import { createBell, pause } from './bell.ts';
import { connectRunning, type Reached } from './connect.ts';
import { eventLine, keyOf, readEvents } from './event.ts';
import { helpOf } from './help.ts';
import { WATCH } from './own-commands.ts';
import type { Json } from './record.ts';
import { home } from './surroundings.ts';
import { untilEnd } from './until-end.ts';
import { parseWords } from './words.ts';

/** An update comes with the first of several events; the daemon holds back what has not settled. */
const SETTLE_MS = 300;
const LOOK_FOR_DAEMON_MS = 2_000;
/** Events read again after a reconnection are known by their keys. */
const MOST_KEYS = 5_000;

interface Query {
  readonly path: string;
  readonly isGlobal: boolean;
  readonly kinds: readonly string[] | null;
  readonly filters: readonly (readonly [string, string])[];
}

/** How far this watch has come. */
interface Place {
  epoch: number;
  /** How the next question begins: with a cursor, or at a time. */
  from: readonly [string, string] | null;
}

export async function watch(words: readonly string[]): Promise<number> {
  const { arguments: given, json, help } = parseWords(words, WATCH, () => '');
  if (help) {
    process.stdout.write(helpOf(WATCH, null));
    return 0;
  }
  const query = queryOf(given);
  const since = given['since'] === undefined ? null : (['since', asTime(String(given['since']))] as const);
  const end = untilEnd(watchLineage);
  try {
    await watchOn(query, { epoch: 0, from: since }, printer(query, json), end.signal);
  } finally {
    end.dispose();
  }
  return 0;
}

type Print = (event: Json) => void;

/** From daemon to daemon. What a later one has to tell is all new. */
async function watchOn(query: Query, place: Place, print: Print, signal: AbortSignal): Promise<void> {
  let told = '';
  const tell = (why: string) => {
    if (told !== why) process.stderr.write(`devtool-mcp: ${why}\n`);
    told = why;
  };
  let before: Reached | null = null;
  while (!signal.aborted) {
    const reached: Reached | null = await reach(query, tell);
    if (reached === null) {
      place.from ??= ['after', '0'];
      await changeIn(home().runtimeDirectory, LOOK_FOR_DAEMON_MS, signal);
      continue;
    }
    told = '';
    if (before !== null) print(daemonEvent(`a daemon serves, pid ${reached.pid}`));
    // The same as before has refused us, and would again.
    if (before !== null && place.epoch === reached.epoch) await pause(LOOK_FOR_DAEMON_MS, signal);
    if (place.epoch !== 0 && place.epoch !== reached.epoch) place.from = ['after', '0'];
    place.epoch = reached.epoch;
    before = reached;
    await follow(reached, query, place, print, signal).catch((error: unknown) => tell(String(error)));
    reached.session.close();
    if (!signal.aborted) print(daemonEvent(`the daemon was lost, pid ${reached.pid}`));
  }
}

async function reach({ path }: Query, tell: (why: string) => void): Promise<Reached | null> {
  try {
    const reached = await connectRunning('onlooker', path);
    if (reached === null) tell('no daemon runs; waiting for one');
    return reached;
  } catch (error) {
    tell(error instanceof Fault ? error.text : String(error));
    return null;
  }
}

async function follow({ session }: Reached, query: Query, place: Place, print: Print, signal: AbortSignal) {
  const lost = new AbortController();
  const over = AbortSignal.any([signal, lost.signal]);
  void session.closed.then(() => lost.abort());
  const bell = createBell();
  await session.subscribe(query.isGlobal ? 'devtool://events?global=true' : 'devtool://events', bell.ring);
  while (!over.aborted) {
    const { cursor, dropped, events } = readEvents(await session.read(addressOf(query, place)));
    for (const event of events) print(event);
    if (dropped > 0) process.stderr.write(`devtool-mcp: ${dropped} older events are left out\n`);
    place.from = ['after', String(cursor)];
    await bell.heard(over);
    await pause(SETTLE_MS, over);
  }
}

function addressOf({ filters, kinds, isGlobal }: Query, { from }: Place): string {
  const asked = kinds?.filter((kind) => kind !== 'daemon');
  const parameters = new URLSearchParams([
    ...filters.map(([name, value]): [string, string] => [name, value]),
    ...(asked === undefined ? [] : [['kinds', asked.join(',')] as [string, string]]),
    ...(isGlobal ? [['global', 'true'] as [string, string]] : []),
    ...(from === null ? [] : [[...from] as [string, string]]),
  ]);
  return `devtool://events?${parameters}`;
}

function queryOf(given: Record<string, unknown>): Query {
  const named = (name: string): [string, string][] =>
    typeof given[name] === 'string' ? [[name, String(given[name])]] : [];
  return {
    path: realPath(resolve(String(given['path'] ?? '.'))),
    isGlobal: given['global'] === true,
    kinds: Array.isArray(given['kinds']) ? given['kinds'].map(String) : null,
    filters: [...named('process_id'), ...named('proxy_id')],
  };
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    throw new Fault('invalid_argument', `path=${JSON.stringify(path)} does not exist`, 'Give a directory.', { path });
  }
}

function asTime(text: string): string {
  if (/^\d{1,9}(?:ms|s|m|h|d)$/.test(text) || !Number.isNaN(Date.parse(text))) return text;
  throw new Fault(
    'invalid_argument',
    `since=${JSON.stringify(text.slice(0, 80))} is no time`,
    'Give ISO 8601, or how long ago: 30s, 5m, 1h.',
    { parameter: 'since' },
  );
}

/** Each event once. */
function printer({ kinds, isGlobal }: Query, json: boolean): Print {
  const keys = new Set<string>();
  return (event) => {
    const key = keyOf(event);
    if (keys.has(key) || (event['kind'] === 'daemon' && kinds?.includes('daemon') === false)) return;
    keys.add(key);
    for (const oldest of keys) {
      if (keys.size <= MOST_KEYS) break;
      keys.delete(oldest);
    }
    process.stdout.write(
      `${json ? JSON.stringify(event) : eventLine(event, isGlobal && event['kind'] !== 'daemon')}\n`,
    );
  };
}

const daemonEvent = (text: string): Json => ({
  at: new Date().toISOString(),
  kind: 'daemon',
  process_id: null,
  proxy_id: null,
  path: null,
  count: 1,
  text,
  entry_id: null,
});
