/** Files that only name tasks: Makefile, justfile, Taskfile, Procfile, `.claude/launch.json`. */
import { parse as parseJsonc } from 'jsonc-parser';
import { parse as parseYaml } from 'yaml';
import type { Directory } from './directory.ts';
import { isRecord, program, type RunnableScript, record, shellLine, text, textEntries, texts } from './project.ts';

const MAKEFILES = ['GNUmakefile', 'makefile', 'Makefile'];
const JUSTFILES = ['justfile', 'Justfile', '.justfile'];
const TASKFILES = ['Taskfile.yml', 'Taskfile.yaml', 'taskfile.yml', 'taskfile.yaml'];

const present = (directory: Directory, names: readonly string[]): string | undefined =>
  names.find((name) => directory.has(name));

export const hasMakefile = (directory: Directory): boolean => present(directory, MAKEFILES) !== undefined;
export const hasJustfile = (directory: Directory): boolean => present(directory, JUSTFILES) !== undefined;
export const hasTaskfile = (directory: Directory): boolean => present(directory, TASKFILES) !== undefined;

/** Explicit targets: no pattern rules, no special or file-like targets, no assignments. */
export function makeScripts(directory: Directory): RunnableScript[] {
  const file = present(directory, MAKEFILES);
  const lines = file === undefined ? [] : (directory.read(file) ?? '').split('\n');
  const scripts = new Map<string, RunnableScript>();
  for (const [at, line] of lines.entries()) {
    const targets = /^([A-Za-z0-9][A-Za-z0-9_:-]*(?:\s+[A-Za-z0-9][A-Za-z0-9_-]*)*)\s*::?(?![=:])/.exec(line)?.[1];
    for (const name of targets?.split(/\s+/) ?? []) {
      const recipe = lines[at + 1]?.startsWith('\t')
        ? (lines[at + 1]?.trim().replace(/^[@-]+/, '') ?? '')
        : `make ${name}`;
      if (!scripts.has(name))
        scripts.set(name, { name, command: recipe, source: file ?? '', invocation: program('make', name) });
    }
  }
  return [...scripts.values()];
}

/** Recipes, with parameters or without; private ones begin with an underscore. */
export function justScripts(directory: Directory): RunnableScript[] {
  const file = present(directory, JUSTFILES);
  const lines = file === undefined ? [] : (directory.read(file) ?? '').split('\n');
  return lines.flatMap((line, at): RunnableScript[] => {
    const name = /^@?([a-zA-Z][\w-]*)(?:\s+[^:=]*)?:(?!=)/.exec(line)?.[1];
    if (name === undefined || /^(set|export|alias|import|mod)$/.test(name)) return [];
    const command = /^\s/.test(lines[at + 1] ?? '') ? (lines[at + 1]?.trim().replace(/^@/, '') ?? '') : `just ${name}`;
    return [{ name, command, source: file ?? '', invocation: program('just', name) }];
  });
}

export function taskScripts(directory: Directory): RunnableScript[] {
  const file = present(directory, TASKFILES);
  if (file === undefined) return [];
  const tasks = directory.parse(file, (yaml) => record(record(parseYaml(yaml))['tasks'])) ?? {};
  return Object.entries(tasks)
    .filter(([, task]) => !(isRecord(task) && task['internal'] === true))
    .map(([name, task]) => ({
      name,
      command: taskLine(task) || `task ${name}`,
      source: file,
      invocation: program('task', name),
    }));
}

function taskLine(task: unknown): string {
  if (typeof task === 'string') return task;
  if (Array.isArray(task)) return texts(task).join(' && ');
  const { cmd, cmds } = record(task);
  return text(cmd) ?? texts(cmds).join(' && ');
}

/** `name: command line`, one process each; the lines are for the shell. */
export function procfileScripts(directory: Directory): RunnableScript[] {
  const lines = (directory.read('Procfile') ?? '').split('\n');
  return lines.flatMap((line): RunnableScript[] => {
    const [, name, command] = /^([A-Za-z0-9_-]+):\s*(.+?)\s*$/.exec(line) ?? [];
    return name === undefined || command === undefined
      ? []
      : [{ name, command, source: 'Procfile', invocation: shellLine(command) }];
  });
}

const LAUNCH = '.claude/launch.json';

/** `configurations` with `name`, `runtimeExecutable`, `runtimeArgs`, `cwd`, `env`, `port`. */
export function launchScripts(directory: Directory): RunnableScript[] {
  const launch = directory.parse(LAUNCH, (json) => record(parseJsonc(json))) ?? {};
  const configurations = Array.isArray(launch['configurations']) ? launch['configurations'].map(record) : [];
  return configurations.flatMap((configuration): RunnableScript[] => {
    const name = text(configuration['name']);
    const command = text(configuration['runtimeExecutable']) ?? text(configuration['command']);
    if (name === null || command === null) return [];
    const args = [...texts(configuration['runtimeArgs']), ...texts(configuration['args'])];
    const port = configuration['port'];
    const env = Object.fromEntries([
      ...(typeof port === 'number' ? [['PORT', String(port)] as const] : []),
      ...textEntries(configuration['env']),
    ]);
    const invocation = { ...program(command, ...args), cwd: text(configuration['cwd']), env };
    return [{ name, command: [command, ...args].join(' '), source: LAUNCH, invocation }];
  });
}
