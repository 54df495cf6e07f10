/** What may stand where the cursor is. Pure but for `live`, which knows ids that exist right now. */
import { actionWords, type Command, choicesOf, namedValues, type Parameter, parametersFor } from '../command.ts';

/** What an id names. */
export type LiveKind = 'process' | 'proxy' | 'page' | 'script' | 'directory';

/** `path`: the project, when the line names one; `begun`: what of the value is there already. */
export type Live = (kind: LiveKind, path: string | null, begun: string) => Promise<readonly string[]>;

const MORE_COMMANDS = ['help', 'mcp', '--version'];

/** `line`: up to the cursor, with the program's own name in front. Whole words that begin as the last one of the line does. */
export async function candidates(line: string, commands: readonly Command[], live: Live): Promise<readonly string[]> {
  const words = wordsOf(line).slice(1);
  const current = words.pop() ?? '';
  const found = await follow(words, current, commands, live);
  return found.filter((candidate) => candidate.startsWith(current));
}

async function follow(
  words: readonly string[],
  current: string,
  commands: readonly Command[],
  live: Live,
): Promise<readonly string[]> {
  const [name, ...rest] = words;
  const names = commands.map((command) => command.name);
  if (name === undefined) return [...names, ...MORE_COMMANDS];
  const command = commands.find((one) => one.name === (name === 'help' ? rest[0] : name));
  if (name === 'help') return command === undefined ? names : actionWords(command);
  if (command === undefined || words.includes('--')) return [];
  const action = rest.find((word) => command.actions.some((one) => one.name === word)) ?? null;
  if (command.actions.length > 0 && action === null) return [...actionWords(command), '--help'];
  return parameterWords(command, action, rest, current, live);
}

async function parameterWords(
  command: Command,
  action: string | null,
  rest: readonly string[],
  current: string,
  live: Live,
): Promise<readonly string[]> {
  const parameters = parametersFor(command, action);
  const path = rest.find((word) => /^(?:--)?path=/.test(word))?.replace(/^(?:--)?path=/, '') ?? null;
  const named = (word: string) => parameters.find(({ name }) => name === word.replaceAll('-', '_'));

  const [, prefix = '', key = '', begun] = /^((?:--)?([^=]+)=)(.*)$/s.exec(current) ?? [];
  if (begun !== undefined) {
    const parameter = named(key);
    if (parameter === undefined) return [];
    // Of a list that is written with commas, the item that has just begun.
    const before = isRepeatable(parameter) ? begun.slice(0, begun.lastIndexOf(',') + 1) : '';
    const values = await valuesOf(command, parameter, path, begun.slice(before.length), live);
    return values.filter((value) => !before.split(',').includes(value)).map((value) => prefix + before + value);
  }
  const flag = /^--([^=]+)$/.exec(rest.at(-1) ?? '')?.[1];
  const waiting = flag === undefined ? undefined : named(flag);
  if (waiting !== undefined && !isSwitch(waiting)) return valuesOf(command, waiting, path, current, live);
  const dashes = current.startsWith('-') ? '--' : '';
  const open = parameters.filter((parameter) => isRepeatable(parameter) || !isGiven(parameter, rest));
  const directories = command.name === 'up' && rest.length === 0 ? await live('directory', path, current) : [];
  return [...open.map(({ name }) => `${dashes}${name}=`), ...directories, '--json', '--help'];
}

const isSwitch = ({ schema }: Parameter): boolean => choicesOf(schema).every(({ type }) => type === 'boolean');
const isRepeatable = ({ schema }: Parameter): boolean =>
  choicesOf(schema).some(({ type }) => type === 'array' || type === 'object');
const isGiven = ({ name }: Parameter, words: readonly string[]): boolean =>
  words.some((word) => word.startsWith(`${name}=`) || word.startsWith(`--${name}`));

const LIVE: Readonly<Record<string, LiveKind>> = {
  process_id: 'process',
  proxy_id: 'proxy',
  session_id: 'page',
  page: 'page',
  script_name: 'script',
  script: 'script',
  path: 'directory',
};

async function valuesOf(command: Command, { name, schema }: Parameter, path: string | null, begun: string, live: Live) {
  const kind = name === 'id' ? (command.name === 'proxy' ? 'proxy' : 'process') : LIVE[name];
  return kind === undefined ? namedValues(schema) : live(kind, path, begun);
}

/** As a shell splits them, the last one as far as it is there: `''` behind a space. Quotes and backslashes are taken off. */
export function wordsOf(line: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  for (const [, single, double, escaped, plain, space] of line.matchAll(
    /'([^']*)'?|"((?:[^"\\]|\\.)*)"?|\\(.)|([^\s'"\\]+)|(\s+)/gs,
  )) {
    if (space !== undefined) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? '') + (single ?? double ?? escaped ?? plain ?? '');
  }
  return [...words, word ?? ''];
}
