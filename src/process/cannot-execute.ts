/** Why the system would not execute a command, in words: execvp(3) says ENOENT of a file whose interpreter is missing, too. */
import { accessSync, closeSync, constants, existsSync, openSync, readSync, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import type { SpawnError } from './spec.ts';

/** Linux reads so much of a first line (BINPRM_BUF_SIZE). */
const FIRST_LINE = 256;

/** Null: nothing is seen that would keep it from being executed. `path` is the PATH that the command is looked for in. */
export function cannotExecute(command: string, cwd: string, path: string): SpawnError | null {
  const refused = (code: string, why: string): SpawnError => ({ code, message: `${command}: ${why} (${code})` });
  const found = placesOf(command, cwd, path).filter(isFile);
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

const placesOf = (command: string, cwd: string, path: string): string[] =>
  command.includes('/')
    ? [resolve(cwd, command)]
    : path.split(delimiter).map((directory) => resolve(cwd, directory, command));

/** What may not be looked at, or is a loop of links, is none. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What a file's `#!` names; null for one without, or that may not be read. A carriage return is part of it: execve(2) takes it so. */
function interpreterOf(file: string): string | null {
  try {
    const descriptor = openSync(file, 'r');
    try {
      const head = Buffer.alloc(FIRST_LINE);
      const line = head.toString('utf8', 0, readSync(descriptor, head)).split('\n')[0] ?? '';
      return /^#![ \t]*([^ \t]+)/.exec(line)?.[1] ?? null;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return null;
  }
}
