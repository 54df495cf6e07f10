/** What `run` is to execute: a script of the project, by its own runner, or a command as given. */
import { resolve } from 'node:path';
import { runnableScripts } from '../project/detect.ts';
import type { RunnableScript } from '../project/project.ts';
import { isServerCommand, isServerScript } from '../project/server-command.ts';
import { Fault } from '../text/fault.ts';
import { nearNames } from '../text/near.ts';
import { quote } from '../text/quote.ts';

export interface CommandInput {
  readonly script_name?: string | undefined;
  readonly command?: string | undefined;
  readonly args: readonly string[];
  readonly shell: boolean;
  readonly raw: boolean;
}

export interface Command {
  /** As shown, and by which two runs are the same. */
  readonly display: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly shell: boolean;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Something that is ready at some time, rather than done. */
  readonly server: boolean;
}

/** Throws `invalid_argument` for neither or both of script and command, `not_found` for an unknown script. */
export function commandOf(input: CommandInput, path: string): Command {
  if (input.script_name !== undefined && (input.command !== undefined || input.raw)) {
    throw new Fault(
      'invalid_argument',
      'script_name and command are both given',
      'Give script_name, or command with raw: true.',
      {
        parameter: 'command',
      },
    );
  }
  if (input.script_name !== undefined) return ofScript(findScript(input.script_name, path), input.args, path);
  if (input.command !== undefined) return asGiven(input.command, input, path);
  throw new Fault(
    'invalid_argument',
    'script_name and command are both missing',
    'Give script_name, or command with args.',
    {
      parameter: 'script_name',
    },
  );
}

function findScript(name: string, path: string): RunnableScript {
  const scripts = runnableScripts(path);
  const script = scripts.find((each) => each.name === name);
  if (script !== undefined) return script;
  const names = scripts.map((each) => each.name);
  const near = nearNames(name, names);
  const hint =
    names.length === 0
      ? 'The directory has no scripts: give a command.'
      : `Its scripts: ${names.slice(0, 30).join(', ')}.`;
  throw new Fault('not_found', `script_name=${JSON.stringify(name.slice(0, 80))} is no script of ${path}`, hint, {
    script_name: name.slice(0, 80),
    near: near.length > 0 ? near : names.slice(0, 10),
  });
}

function ofScript({ name, command, invocation }: RunnableScript, args: readonly string[], path: string): Command {
  const { separator } = invocation;
  const extra = args.length === 0 || separator === null ? args : [separator, ...args];
  const cwd = invocation.cwd === null ? path : resolve(path, invocation.cwd);
  const server = isServerScript(name, command);
  const env = invocation.env;
  if (invocation.shell) {
    const line = [invocation.command, ...(extra.length === 0 ? [] : [quote(extra)])].join(' ');
    return { display: line, command: line, args: [], shell: true, cwd, env, server };
  }
  const all = [...invocation.args, ...extra];
  return {
    display: quote([invocation.command, ...all]),
    command: invocation.command,
    args: all,
    shell: false,
    cwd,
    env,
    server,
  };
}

function asGiven(command: string, { args, shell }: CommandInput, path: string): Command {
  const display = shell ? [command, ...(args.length === 0 ? [] : [quote(args)])].join(' ') : quote([command, ...args]);
  const common = { display, cwd: path, env: {}, server: isServerCommand([command, ...args].join(' ')) };
  return shell ? { ...common, command: display, args: [], shell } : { ...common, command, args, shell };
}
