/** What `run` is to execute: a script of the project, by its own runner, or a command as given. */
import { commandId, defaultId } from '../process/process-id.ts';
import { NO_SETTINGS, type ScriptSettings } from '../project/project.ts';
import { scriptCommand, type UnknownScript } from '../project/script-command.ts';
import { isServerCommand } from '../project/server-command.ts';
import { Fault } from '../text/fault.ts';
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
  /** Where its ids belong. */
  readonly directory: string;
  /** When none is given. */
  readonly id: string;
  /** In the config of `directory`; null for what is no script. */
  readonly script: string | null;
  readonly settings: ScriptSettings;
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
  if (input.script_name !== undefined) return ofScript(input.script_name, input.args, path);
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

export function ofScript(name: string, args: readonly string[], path: string): Command {
  const script = scriptCommand({ path }, name, args);
  if (script.kind === 'unknown') throw unknownScript(script, path);
  const { ownName } = script;
  return {
    ...script,
    id: defaultId(ownName),
    script: ownName,
    display: displayed(script.command, script.args, script.shell),
  };
}

function asGiven(command: string, { args, shell }: CommandInput, path: string): Command {
  const display = displayed(command, args, shell);
  const server = isServerCommand([command, ...args].join(' '));
  const [line, rest] = shell ? [display, []] : [command, args];
  const own = { directory: path, id: commandId(command), script: null, settings: NO_SETTINGS };
  return { display, command: line, args: rest, shell, cwd: path, env: {}, server, ...own };
}

/** A shell line stands as it is, its arguments quoted behind it. */
function displayed(command: string, args: readonly string[], shell: boolean): string {
  if (!shell) return quote([command, ...args]);
  return args.length === 0 ? command : `${command} ${quote(args)}`;
}

function unknownScript({ name, near, names, wrong }: UnknownScript, path: string): Fault {
  const there =
    names.length === 0 ? 'The directory has no scripts: give a command.' : `Its scripts: ${names.join(', ')}.`;
  const hint = wrong.length === 0 ? there : `${there} Its config is not right: ${wrong.join('; ')}.`;
  return new Fault('not_found', `script_name=${JSON.stringify(name.slice(0, 80))} is no script of ${path}`, hint, {
    script_name: name.slice(0, 80),
    near: near.length > 0 ? near : names.slice(0, 10),
  });
}
