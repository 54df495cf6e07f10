/** Why the system would not execute a command, in words: execvp(3) says ENOENT of a file whose interpreter is missing, too. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { filesOf, firstBytes, isExecutable, isFile } from './executable.ts';
import type { SpawnError } from './spec.ts';

/** Null: nothing is seen that would keep it from being executed. `path` is the PATH that the command is looked for in. */
export function cannotExecute(command: string, cwd: string, path: string): SpawnError | null {
  const refused = (code: string, why: string): SpawnError => ({ code, message: `${command}: ${why} (${code})` });
  const found = filesOf(command, cwd, path);
  if (found.length === 0) {
    if (command.includes('/') && existsSync(resolve(cwd, command))) return refused('EACCES', 'it is no file');
    const isHere = !command.includes('/') && isFile(resolve(cwd, command));
    return refused('ENOENT', isHere ? `PATH has no such command; ./${command} is here` : 'there is no such command');
  }
  const file = found.find(isExecutable);
  if (file === undefined) return refused('EACCES', 'it may not be executed');
  const interpreter = interpreterOf(file);
  if (interpreter === null || existsSync(resolve(cwd, interpreter))) return null;
  return refused('ENOENT', `its first line names ${JSON.stringify(interpreter)}, which does not exist`);
}

/** What a file's `#!` names; null for one without, or that may not be read. A carriage return is part of it: execve(2) takes it so. */
function interpreterOf(file: string): string | null {
  const line = firstBytes(file).toString('utf8').split('\n')[0] ?? '';
  return /^#![ \t]*([^ \t]+)/.exec(line)?.[1] ?? null;
}
