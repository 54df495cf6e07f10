/** Deno: deno.json with its tasks, imports and workspace. */
import type { Directory } from './directory.ts';
import { parseJsonc } from './formats.ts';
import { frameworksOf, NODE_FRAMEWORKS } from './frameworks.ts';
import { type Kind, kindOf, program, scriptOf, usual } from './project.ts';
import { scriptTable } from './script-table.ts';
import { isRecord, joined, record, text, texts } from './values.ts';

export function detectDeno(directory: Directory): Kind | null {
  const file = ['deno.json', 'deno.jsonc'].find((name) => directory.has(name));
  if (file === undefined) return null;
  const manifest = directory.parse(file, parseJsonc) ?? {};
  const workspace = manifest['workspace'];
  const tasks = Object.entries(scriptTable(directory, `${file} tasks`, manifest['tasks'])).map(([name, task]) =>
    scriptOf(name, commandOf(task) || `deno task ${name}`, file, program('deno', 'task', name)),
  );
  return kindOf('deno', {
    name: text(manifest['name']),
    frameworks: frameworksOf(NODE_FRAMEWORKS, Object.keys(record(manifest['imports']))),
    scripts: [...tasks, usual('test', 'deno test')],
    workspaces: texts(Array.isArray(workspace) ? workspace : record(workspace)['members']),
  });
}

const commandOf = (task: unknown): string => (isRecord(task) ? (text(task['command']) ?? '') : joined(task));
