/** just: the public recipes of a justfile (just.systems/man). */
import { type Directory, firstPresent } from './directory.ts';
import { type Kind, kindOf, program, type RunnableScript, scriptOf } from './project.ts';

const FILES = ['justfile', 'Justfile', '.justfile'];

export function detectJust(directory: Directory): Kind | null {
  const file = firstPresent(directory, FILES);
  if (file === null) return null;
  const lines = directory.lines(file);
  const scripts = lines.flatMap((line, at): RunnableScript[] => {
    const name = recipeName(line);
    if (name === null || isPrivate(name, lines, at)) return [];
    const recipe = body(lines, at + 1);
    return [scriptOf(name, recipe || `just ${name}`, file, program('just', name))];
  });
  return kindOf('just', { scripts: onceEach(scripts) });
}

/** A recipe may stand once for each system, as attributes say: `[linux]`, `[windows]`. */
function onceEach(scripts: readonly RunnableScript[]): RunnableScript[] {
  const byName = new Map<string, RunnableScript>();
  for (const script of scripts) if (!byName.has(script.name)) byName.set(script.name, script);
  return [...byName.values()];
}

/** `@name parameter='a:b' *rest: dependencies`; `name := value` is a variable. */
function recipeName(line: string): string | null {
  const name = /^@?([A-Za-z_][\w-]*)/.exec(line)?.[1];
  if (name === undefined) return null;
  const bare = line.replace(/'[^']*'|"[^"]*"|`[^`]*`/g, '');
  const colon = bare.indexOf(':');
  return colon === -1 || bare[colon + 1] === '=' ? null : name;
}

/** By an underscore, or by an attribute on one of the lines right above. */
function isPrivate(name: string, lines: readonly string[], at: number): boolean {
  if (name.startsWith('_')) return true;
  for (let above = at - 1; lines[above]?.startsWith('['); above--) {
    if (/\bprivate\b/.test(lines[above] ?? '')) return true;
  }
  return false;
}

function body(lines: readonly string[], from: number): string {
  const steps: string[] = [];
  for (let at = from; /^\s+\S/.test(lines[at] ?? ''); at++) steps.push((lines[at] ?? '').trim().replace(/^[@-]+/, ''));
  return steps.join(' && ');
}
