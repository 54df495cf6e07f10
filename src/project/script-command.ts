/** How a script of a project is run: the program and arguments, or the line for a shell. */
import { resolve } from 'node:path';
import { nearNames } from '../text/near.ts';
import { quote } from '../text/quote.ts';
import { configOf, runnableScripts } from './detect.ts';
import type { Project, RunnableScript, ScriptSettings } from './project.ts';

export interface ScriptCommand {
  readonly kind: 'script';
  readonly name: string;
  /** A program, or, with `shell`, a whole line. */
  readonly command: string;
  /** Empty with `shell`. */
  readonly args: readonly string[];
  readonly shell: boolean;
  /** Absolute. */
  readonly cwd: string;
  /** Beside the caller's. */
  readonly env: Readonly<Record<string, string>>;
  /** It is ready at some time, rather than done. */
  readonly server: boolean;
  /** The directory that its ids belong to: that of the config file it is from, or the one asked about. */
  readonly directory: string;
  /** There; a directory below may know it by a longer name. */
  readonly ownName: string;
  readonly settings: ScriptSettings;
}

export interface UnknownScript {
  readonly kind: 'unknown';
  readonly name: string;
  readonly near: readonly string[];
  /** The first of those that there are. */
  readonly names: readonly string[];
  /** What is wrong with the config file, which may be why. */
  readonly wrong: readonly string[];
}

const MOST_NAMES = 30;
const MOST_WRONG = 3;

/** `args` are a caller's: they reach the script itself, behind `--` where its runner wants it so. */
export function scriptCommand(
  project: Pick<Project, 'path'>,
  scriptName: string,
  args: readonly string[] = [],
): ScriptCommand | UnknownScript {
  const scripts = runnableScripts(project.path);
  const script = scripts.find(({ name }) => name === scriptName);
  if (script !== undefined) return commandOf(script, args, project.path);
  const names = scripts.map(({ name }) => name);
  return {
    kind: 'unknown',
    name: scriptName,
    near: nearNames(scriptName, names),
    names: names.slice(0, MOST_NAMES),
    wrong: wrongIn(project.path),
  };
}

function wrongIn(path: string): string[] {
  const config = configOf(path);
  return config === null ? [] : config.errors.slice(0, MOST_WRONG).map((error) => `${config.file}: ${error}`);
}

export const isServer = (script: RunnableScript): boolean => script.server;

function commandOf(script: RunnableScript, args: readonly string[], path: string): ScriptCommand {
  const { name, invocation, server, settings } = script;
  const { command, shell, separator, env } = invocation;
  // A caller's dollars are no variables of the file.
  const passed = settings.variables === null ? args : args.map((arg) => arg.replaceAll('$', '$$$$'));
  const extra = passed.length > 0 && separator !== null ? [separator, ...passed] : passed;
  const line = extra.length === 0 ? command : `${command} ${quote(extra)}`;
  const directory = script.home?.path ?? path;
  return {
    kind: 'script',
    name,
    command: shell ? line : command,
    args: shell ? [] : [...invocation.args, ...extra],
    shell,
    cwd: resolve(directory, invocation.cwd ?? '.'),
    env,
    server,
    directory,
    ownName: script.home?.name ?? name,
    settings,
  };
}
