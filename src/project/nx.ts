/** Nx: the targets of a `project.json`, which its own program runs by name. Targets that plugins infer are in no file. */
import { basename } from 'node:path';
import type { Directory } from './directory.ts';
import { parseJsonc } from './formats.ts';
import { program, type RunnableScript, scriptOf } from './project.ts';
import { joined, record, text } from './values.ts';

const SOURCE = 'project.json';
const SERVES = /:(?:dev-server|serve|server|serve-static|node)$/;

/** Other tools have files of that name: without targets it is none of Nx's. */
export function nxScripts(directory: Directory): RunnableScript[] {
  if (!directory.has(SOURCE)) return [];
  const manifest = directory.parse(SOURCE, parseJsonc) ?? {};
  const project = text(manifest['name']) ?? basename(directory.path);
  return Object.entries(record(manifest['targets'])).map(([name, given]) => {
    const target = record(given);
    const task = `${project}:${name}`;
    // `--no`: what is not installed is not fetched.
    const invocation = program('npx', '--no', 'nx', 'run', task);
    const script = scriptOf(name, commandOf(target) || `nx run ${task}`, SOURCE, invocation);
    const isServer = target['continuous'] === true || SERVES.test(text(target['executor']) ?? '');
    return { ...script, server: script.server || isServer };
  });
}

/** As `nx:run-commands` has them: one, or several, which may be tables. */
function commandOf(target: Readonly<Record<string, unknown>>): string {
  const { command, commands } = { ...record(target['options']), ...target };
  const lines = Array.isArray(commands) ? commands.map((one) => record(one)['command'] ?? one) : [];
  return text(command) ?? joined(lines);
}
