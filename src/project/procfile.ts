/** Procfile: `name: command line`, a process each; the lines are for the shell. */
import { type Directory, firstPresent } from './directory.ts';
import { type RunnableScript, scriptOf, shellLine } from './project.ts';

/** The development one first, as Rails' `bin/dev` does. */
const FILES = ['Procfile.dev', 'Procfile'];
/** foreman gives the n-th process the port 5000 + 100 · n; a line that names $PORT counts on it. */
const FIRST_PORT = 5_000;
const PORT_STEP = 100;

export function procfileScripts(directory: Directory): RunnableScript[] {
  const file = firstPresent(directory, FILES);
  const lines = file === null ? [] : directory.lines(file);
  const entries = lines.flatMap((line, at): [string, string][] => {
    const colon = line.indexOf(':');
    const command = line.slice(colon + 1).trim();
    const name = line.slice(0, Math.max(colon, 0));
    if (/^[A-Za-z0-9_-]+$/.test(name) && command !== '') return [[name, command]];
    if (!/^\s*(#|$)/.test(line)) directory.problem(`${file} line ${at + 1}: is no "name: command"`);
    return [];
  });
  return entries.map(([name, command], at) => {
    const env: Record<string, string> = /\$(PORT\b|\{PORT\})/.test(command)
      ? { PORT: String(FIRST_PORT + PORT_STEP * at) }
      : {};
    return scriptOf(name, command, file ?? '', { ...shellLine(command), env });
  });
}
