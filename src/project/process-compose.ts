/**
 * `process-compose.yaml`: its processes, in the words of our own file. `process-compose up` starts them all when a person asks for it;
 * nothing in it says that they start by themselves.
 */
import { shownPath } from './config-check.ts';
import { isRecord, mapTexts, record, text, texts } from './values.ts';

type Fields = Record<string, unknown>;

const UNTIL: Readonly<Record<string, string>> = {
  process_healthy: 'ready',
  process_log_ready: 'ready',
  process_started: 'started',
  process_completed: 'ended',
  process_completed_successfully: 'completed',
};
const RESTART: Readonly<Record<string, string>> = {
  no: 'never',
  exit_on_failure: 'never',
  on_failure: 'on-failure',
  always: 'always',
};
/** As process-compose has them where nothing is said. */
const PERIOD_S = 10;
const FAILURES = 3;
const SHORTEST_MS = 30_000;
const LONGEST_SHOWN = 80;
/** Of a command in our own file. */
const LONGEST = 4_000;
const MOST_RENDERED = 1_048_576;

/** `value` is in the words of our own file; what is wrong is said in those of this one. `expands`: `$NAME` stands for a variable. */
interface Translated {
  readonly value: Fields;
  readonly errors: readonly string[];
  readonly expands: boolean;
}

export function configOfProcessCompose(given: Fields): Translated {
  const errors: string[] = [];
  const room: Room = { characters: MOST_RENDERED };
  const shared = environmentOf(given['environment']);
  const scripts = Object.entries(record(given['processes'])).flatMap(([name, process]) => {
    const vars = { ...record(given['vars']), ...record(record(process)['vars']), PC_REPLICA_NUM: 0 };
    const say: Say = (path, what) => void errors.push(`${shownPath(['processes', name, ...path])}: ${what}`);
    const own = record(mapTexts(process, (text) => rendered(text, vars, room)));
    const rest = templateIn(String(own['command'] ?? ''));
    if (rest !== null) say(['command'], `${rest} is no template that is understood: of them {{.NAME}} of vars alone`);
    const command = commandOf(own);
    if (command === null) say([], 'has no command');
    const env = { ...shared, PC_PROC_NAME: name, PC_REPLICA_NUM: '0' };
    return command === null ? [] : [[name, script(own, command, env, say)]];
  });
  const expands = given['disable_env_expansion'] !== true;
  return { value: { scripts: Object.fromEntries(scripts) }, errors, expands };
}

/** The first that there is; no pattern, since its text may be as long as a file. */
function templateIn(text: string): string | null {
  const from = text.indexOf('{{');
  const end = from < 0 ? -1 : text.indexOf('}}', from);
  return end < 0 ? null : text.slice(from, Math.min(end + 2, from + LONGEST_SHOWN));
}

type Say = (path: readonly PropertyKey[], what: string) => void;

/** What templates may still make of a file's texts: one of a few bytes can name a long one many times. */
interface Room {
  characters: number;
}

function rendered(text: string, vars: Fields, room: Room): string {
  if (!text.includes('{{') || text.length > LONGEST || room.characters <= 0) return text;
  const made = text.replaceAll(/\{\{\s*\.(\w+)\s*\}\}/g, (whole, name: string) =>
    Object.hasOwn(vars, name) ? String(vars[name]).slice(0, LONGEST) : whole,
  );
  room.characters -= made.length;
  return made;
}

function script(process: Fields, command: Fields, shared: Readonly<Record<string, string>>, say: Say): Fields {
  const env = { ...shared, ...environmentOf(process['environment']) };
  const fields: Fields = {
    ...command,
    cwd: text(process['working_dir']),
    env,
    depends_on: dependenciesOf(record(process['depends_on']), say),
    ready: readinessOf(process),
    restart: RESTART[String(record(process['availability'])['restart'])],
    tty: process['is_tty'] === true ? true : null,
    labels: text(process['namespace']) === null ? null : { namespace: text(process['namespace']) },
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
}

/** Null where there is none. */
function commandOf(process: Fields): Fields | null {
  const line = text(process['command']);
  if (line !== null) return { command: line, shell: true };
  const [program, ...args] = [
    ...texts([process['executable']]),
    ...texts(process['entrypoint']),
    ...texts(process['args']),
  ];
  return program === undefined ? null : { command: program, args };
}

/** A list of `NAME=value`, or an object. */
function environmentOf(given: unknown): Record<string, string> {
  if (isRecord(given))
    return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value ?? '')]));
  const pairs = texts(given).flatMap((pair): [string, string][] => {
    const equals = pair.indexOf('=');
    return equals <= 0 ? [] : [[pair.slice(0, equals), pair.slice(equals + 1)]];
  });
  return Object.fromEntries(pairs);
}

function dependenciesOf(given: Fields, say: Say): Fields | null {
  const entries = Object.entries(given).map(([name, how]) => {
    const condition = String(record(how)['condition'] ?? 'process_started');
    if (!Object.hasOwn(UNTIL, condition))
      say(
        ['depends_on', name, 'condition'],
        `${JSON.stringify(condition)} is none of ${Object.keys(UNTIL).join(', ')}`,
      );
    return [name, UNTIL[condition] ?? 'started'];
  });
  return entries.length === 0 ? null : Object.fromEntries(entries);
}

function readinessOf(process: Fields): Fields | null {
  const line = text(process['ready_log_line']);
  if (line !== null) return { text: line };
  const probe = record(process['readiness_probe']);
  const exec = text(record(probe['exec'])['command']);
  const within = { timeout_ms: patienceOf(probe) };
  if (exec !== null) return { exec, ...within };
  return probe['http_get'] === undefined ? null : { http: addressOf(record(probe['http_get'])), ...within };
}

/** Until it would be given up there. */
function patienceOf(probe: Fields): number {
  const seconds = (name: string, otherwise: number): number => {
    const value = probe[name];
    return typeof value === 'number' && value > 0 ? value : otherwise;
  };
  const all =
    seconds('initial_delay_seconds', 0) + seconds('period_seconds', PERIOD_S) * seconds('failure_threshold', FAILURES);
  return Math.max(SHORTEST_MS, Math.round(all * 1_000));
}

function addressOf(probe: Fields): string {
  const part = (name: string, otherwise: string): string => String(probe[name] ?? otherwise);
  const port = probe['port'] ?? probe['num_port'];
  const path = part('path', '/');
  return `${part('scheme', 'http')}://${part('host', '127.0.0.1')}${port === undefined ? '' : `:${String(port)}`}${path.startsWith('/') ? path : `/${path}`}`;
}
