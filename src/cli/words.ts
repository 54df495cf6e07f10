/** The words of a command line as a tool's action and arguments: `key=value`, `--key value`, `--key=value`, `--switch`. */
import { Fault } from '../text/fault.ts';
import { nearNames } from '../text/near.ts';
import { actionWords, type Command, choicesOf, type Parameter, parametersFor } from './command.ts';
import { joined, type ReadText, readValue } from './value.ts';

export interface ToolWords {
  readonly arguments: Record<string, unknown>;
  readonly json: boolean;
  /** Help was asked for, of this action if one was named. */
  readonly help: boolean;
  readonly action: string | null;
}

const HELP = new Set(['--help', '-h']);

/** Throws `invalid_argument` with the names that are right. What follows `--` are the `args` of a command that takes them. */
export function parseWords(words: readonly string[], command: Command, readText: ReadText): ToolWords {
  const end = words.indexOf('--');
  const own = end < 0 ? [...words] : words.slice(0, end);
  const rest = end < 0 ? [] : words.slice(end + 1);
  const help = own.some((word) => HELP.has(word));
  const json = own.includes('--json');
  const queue = own.filter((word) => !HELP.has(word) && word !== '--json');
  const action = takeAction(queue, command, help);
  const given: Record<string, unknown> = action === null ? {} : { action };
  for (let word = queue.shift(); word !== undefined && !help; word = queue.shift()) {
    const [name, text] = splitWord(word, queue, command, action);
    setValue(given, named(name, command, action), text, readText);
  }
  for (const word of help ? [] : rest) setValue(given, named('args', command, action), word, readText, true);
  return { arguments: given, json, help, action };
}

/** The first bare word of a command that has actions, or `action=`. */
function takeAction(queue: string[], command: Command, help: boolean): string | null {
  if (command.actions.length === 0) return null;
  const at = queue.findIndex((word) => /^(?:--)?action=/.test(word));
  const found = at >= 0 ? queue.splice(at, 1)[0]?.replace(/^(?:--)?action=/, '') : takeBare(queue);
  if (help && !command.actions.some(({ name }) => name === found)) return null;
  return actionNamed(found, command);
}

/** Throws `invalid_argument` for what is none of its actions. */
export function actionNamed(found: string | undefined, command: Command): string {
  if (found !== undefined && command.actions.some(({ name }) => name === found)) return found;
  const valid = actionWords(command);
  const near = found === undefined ? [] : nearNames(found, valid);
  const guess = near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : '';
  const said = found === undefined ? 'action is missing' : `action=${JSON.stringify(found.slice(0, 80))} is unknown`;
  throw new Fault('invalid_argument', `${said} for ${command.name}`, `Use one of: ${valid.join(', ')}.${guess}`, {
    parameter: 'action',
    valid,
  });
}

const takeBare = (queue: string[]): string | undefined =>
  queue[0]?.startsWith('-') || queue[0]?.includes('=') ? undefined : queue.shift();

/** The name, and the text that stands for its value; a flag takes it from `queue` when it is not in the word. */
function splitWord(word: string, queue: string[], command: Command, action: string | null): [string, string] {
  const at = word.indexOf('=');
  const isFlag = word.startsWith('--');
  if (at > 0) return [asName(word.slice(isFlag ? 2 : 0, at)), word.slice(at + 1)];
  if (!isFlag) throw notAssigned(word, command, action);
  const name = asName(word.slice(2));
  const off = /^no_(.+)$/.exec(name)?.[1];
  const isSwitch = (known: string | undefined) => switches(command).has(known ?? '');
  if (isSwitch(off)) return [off ?? '', 'false'];
  if (isSwitch(name)) return [name, queue[0] === 'true' || queue[0] === 'false' ? (queue.shift() ?? '') : 'true'];
  named(name, command, action);
  const text = queue.shift();
  if (text !== undefined) return [name, text];
  throw new Fault('invalid_argument', `${word} has no value`, `Write ${name}=VALUE.`, { parameter: name });
}

const asName = (word: string): string => word.replaceAll('-', '_');

const switches = ({ parameters }: Command): ReadonlySet<string> =>
  new Set(
    parameters
      .filter(({ schema }) => choicesOf(schema).every(({ type }) => type === 'boolean'))
      .map(({ name }) => name),
  );

function notAssigned(word: string, command: Command, action: string | null): Fault {
  const names = parametersFor(command, action).map(({ name }) => name);
  const first = names.find((name) => name !== 'path') ?? 'path';
  return new Fault(
    'invalid_argument',
    `word ${JSON.stringify(word.slice(0, 80))} is no key=value`,
    names.length === 0
      ? 'It takes no parameters.'
      : `Write parameters as key=value, such as ${first}=${word.slice(0, 80)}. Valid: ${names.join(', ')}.`,
  );
}

function named(name: string, command: Command, action: string | null): Parameter {
  const all = parametersFor(command, action);
  const found = all.find((parameter) => parameter.name === name);
  if (found !== undefined) return found;
  const valid = all.map((parameter) => parameter.name);
  const near = nearNames(name, valid);
  const guess = near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : '';
  throw new Fault(
    'invalid_argument',
    `parameter ${JSON.stringify(name.slice(0, 80))} is unknown for ${[command.name, action ?? []].flat().join(' ')}`,
    `Valid: ${valid.join(', ') || 'none'}.${guess}`,
    { parameter: name.slice(0, 80), valid },
  );
}

/** `exact`: the word is one item of a list, whatever it looks like. */
function setValue(
  given: Record<string, unknown>,
  parameter: Parameter,
  text: string,
  readText: ReadText,
  exact = false,
): void {
  const { name } = parameter;
  const value = exact ? [text] : readValue(text, parameter, readText);
  if (!Object.hasOwn(given, name)) {
    given[name] = value;
    return;
  }
  const both = joined(given[name], value);
  if (both === null)
    throw new Fault('invalid_argument', `${name} is given twice`, 'Give it once.', { parameter: name });
  given[name] = both;
}
