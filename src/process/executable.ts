/** The file that a command would be executed from, as execvp(3) looks for it. */
import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';

/** Linux looks at so much of a file before it executes it (BINPRM_BUF_SIZE). */
const FIRST_BYTES = 256;

/** Files of that name, in the order of `path`, the PATH; whether or not they may be executed. */
export function filesOf(command: string, cwd: string, path: string): string[] {
  const places = command.includes('/')
    ? [resolve(cwd, command)]
    : path.split(delimiter).map((directory) => resolve(cwd, directory, command));
  return places.filter(isFile);
}

/** What may not be looked at, or is a loop of links, is none. */
export function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** None of a file that may not be read. */
export function firstBytes(file: string): Buffer {
  try {
    const descriptor = openSync(file, 'r');
    try {
      const head = Buffer.alloc(FIRST_BYTES);
      return head.subarray(0, readSync(descriptor, head));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return Buffer.alloc(0);
  }
}
