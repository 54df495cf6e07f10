/** Task: the tasks of a Taskfile (taskfile.dev). */
import { type Directory, firstPresent } from './directory.ts';
import { parseYaml } from './formats.ts';
import { type Kind, kindOf, programWithSeparator, scriptOf } from './project.ts';
import { scriptTable } from './script-table.ts';
import { isRecord, record, text } from './values.ts';

const FILES = ['Taskfile.yml', 'taskfile.yml', 'Taskfile.yaml', 'taskfile.yaml', 'Taskfile.dist.yml'];

export function detectTask(directory: Directory): Kind | null {
  const file = firstPresent(directory, FILES);
  if (file === null) return null;
  const tasks = scriptTable(directory, `${file} tasks`, directory.parse(file, parseYaml)?.['tasks']);
  const scripts = Object.entries(tasks)
    .filter(([, task]) => !(isRecord(task) && task['internal'] === true))
    .map(([name, task]) => scriptOf(name, commandOf(task) || `task ${name}`, file, programWithSeparator('task', name)));
  return kindOf('task', { scripts });
}

/** A task is a command, a list of them, or a table with `cmd` or `cmds`; a command may itself be a table. */
function commandOf(task: unknown): string {
  const { cmd, cmds } = record(task);
  const steps = Array.isArray(task) ? task : Array.isArray(cmds) ? cmds : [cmd ?? cmds ?? task];
  return steps.flatMap((step) => text(isRecord(step) ? step['cmd'] : step) ?? []).join(' && ');
}
