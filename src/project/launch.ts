/** `.claude/launch.json`: `configurations` with name, runtimeExecutable, runtimeArgs or program, args, cwd, env, port. */
import { homedir } from 'node:os';
import { basename, sep } from 'node:path';
import type { Directory } from './directory.ts';
import { parseJsonc } from './formats.ts';
import { program, type RunnableScript, scriptOf } from './project.ts';
import { mapTexts, record, text, texts } from './values.ts';

const FILE = '.claude/launch.json';

export function launchScripts(directory: Directory): RunnableScript[] {
  const configurations = directory.parse(FILE, parseJsonc)?.['configurations'];
  return (Array.isArray(configurations) ? configurations : []).flatMap((given, at) => {
    const say = (what: string): void => directory.problem(`${FILE} configurations[${at}] ${what}`);
    const configuration = record(mapTexts(given, (text) => inWorkspace(text, directory.path)));
    // A debugger's: it starts nothing.
    if (configuration['request'] === 'attach') return [];
    const found = script(configuration);
    if (found.length === 0)
      say(`has no ${text(configuration['name']) === null ? 'name' : 'runtimeExecutable or program'}`);
    const odd = /\$\{(?!env:)[^}]{1,60}\}/.exec(JSON.stringify(configuration))?.[0];
    if (odd !== undefined) say(`names ${odd}, which is not understood`);
    return found;
  });
}

/** As VS Code has it: the directory that holds `.claude`. */
function inWorkspace(text: string, path: string): string {
  const known: Readonly<Record<string, string>> = {
    workspaceFolder: path,
    workspaceFolderBasename: basename(path),
    workspaceRoot: path,
    userHome: homedir(),
    pathSeparator: sep,
    '/': sep,
  };
  return text.replaceAll(/\$\{([\w/]+)\}/g, (whole, name: string) =>
    Object.hasOwn(known, name) ? (known[name] ?? '') : whole,
  );
}

/** A program of its own is run by Node unless another runtime is named. */
function script(given: Record<string, unknown>): RunnableScript[] {
  const names = JSON.stringify(given).includes('${env:');
  const configuration = names ? record(mapTexts(given, asVariables)) : given;
  const name = text(given['name']);
  const file = text(configuration['program']);
  const command = text(configuration['runtimeExecutable']) ?? (file === null ? null : 'node');
  if (name === null || command === null) return [];
  const args = [
    ...texts(configuration['runtimeArgs']),
    ...(file === null ? [] : [file]),
    ...texts(configuration['args']),
  ];
  const port = configuration['port'];
  const own = plainEntries(configuration['env']);
  const env = typeof port === 'number' ? { PORT: String(port), ...own } : own;
  const invocation = { ...program(command, ...args), cwd: text(configuration['cwd']), env };
  const found = scriptOf(name, [command, ...args].join(' '), FILE, invocation);
  const settings = { ...found.settings, variables: names ? {} : null };
  return [{ ...found, settings, server: found.server || typeof port === 'number' }];
}

/** `${env:NAME}` as it is expanded where the script is started; other dollars are none of that. */
const asVariables = (text: string): string =>
  text.replaceAll(/\$(\{env:([^}]*)\})?/g, (_, braced?: string, name = '') =>
    braced === undefined ? '$$' : `\${${name}}`,
  );

/** Numbers and switches count as they are written. */
const plainEntries = (value: unknown): Record<string, string> =>
  Object.fromEntries(
    Object.entries(record(value))
      .filter(([, of]) => ['string', 'number', 'boolean'].includes(typeof of))
      .map(([name, of]) => [name, String(of)]),
  );
