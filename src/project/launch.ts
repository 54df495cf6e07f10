/** `.claude/launch.json`: `configurations` with name, runtimeExecutable, runtimeArgs or program, args, cwd, env, port. */
import type { Directory } from './directory.ts';
import { parseJsonc } from './formats.ts';
import { program, type RunnableScript, scriptOf } from './project.ts';
import { mapTexts, record, text, textEntries, texts } from './values.ts';

const FILE = '.claude/launch.json';

export function launchScripts(directory: Directory): RunnableScript[] {
  // As VS Code has it: the directory that holds `.claude`.
  const inWorkspace = (text: string) => text.replaceAll(/\$\{workspaceFolder\}/g, () => directory.path);
  const launch = directory.parse(FILE, (text) => record(mapTexts(parseJsonc(text), inWorkspace)));
  const configurations = launch?.['configurations'];
  return (Array.isArray(configurations) ? configurations : []).flatMap((given, at) => {
    const configuration = record(given);
    // A debugger's: it starts nothing.
    if (configuration['request'] === 'attach') return [];
    const found = script(configuration);
    if (found.length === 0)
      directory.problem(
        `${FILE} configurations[${at}] has no ${text(configuration['name']) === null ? 'name' : 'runtimeExecutable or program'}`,
      );
    return found;
  });
}

/** A program of its own is run by Node unless another runtime is named. */
function script(configuration: Record<string, unknown>): RunnableScript[] {
  const name = text(configuration['name']);
  const file = text(configuration['program']);
  const command = text(configuration['runtimeExecutable']) ?? (file === null ? null : 'node');
  if (name === null || command === null) return [];
  const args = [
    ...texts(configuration['runtimeArgs']),
    ...(file === null ? [] : [file]),
    ...texts(configuration['args']),
  ];
  const port = configuration['port'];
  const given = Object.fromEntries(textEntries(configuration['env']));
  const env = typeof port === 'number' ? { PORT: String(port), ...given } : given;
  const invocation = { ...program(command, ...args), cwd: text(configuration['cwd']), env };
  const found = scriptOf(name, [command, ...args].join(' '), FILE, invocation);
  return [{ ...found, server: found.server || typeof port === 'number' }];
}
