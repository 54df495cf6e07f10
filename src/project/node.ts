/** Node and Bun: package.json, its scripts and workspaces, and the package manager that runs them. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse as parseYaml } from 'yaml';
import type { Directory } from './directory.ts';
import { frameworksOf, NODE_FRAMEWORKS } from './frameworks.ts';
import { type Kind, program, type RunnableScript, record, text, textEntries, texts } from './project.ts';

/** Lock files by the manager that writes them, in the order in which they are looked for. */
const LOCK_FILES = [
  ['pnpm', 'pnpm-lock.yaml'],
  ['yarn', 'yarn.lock'],
  ['bun', 'bun.lockb'],
  ['bun', 'bun.lock'],
  ['npm', 'package-lock.json'],
  ['npm', 'npm-shrinkwrap.json'],
] as const;

const MANAGERS = ['npm', 'pnpm', 'yarn', 'bun'];
/** Directories above that may hold the lock file of a workspace. */
const MOST_LEVELS = 16;

export function detectNode(directory: Directory): Kind | null {
  const manifest = directory.parse('package.json', (json) => record(JSON.parse(json)));
  if (manifest === null && !directory.has('package.json')) return null;
  const manager = packageManager(directory, manifest ?? {});
  return {
    type: manager === 'bun' ? 'bun' : 'node',
    name: text(manifest?.['name']),
    packageManager: manager,
    frameworks: frameworksOf(NODE_FRAMEWORKS, dependencies(manifest ?? {})),
    scripts: textEntries(manifest?.['scripts']).map(([name, command]) => script(name, command, manager)),
    workspaces: workspacePatterns(directory, manifest ?? {}),
  };
}

/** The field of package.json wins, then the lock file, here or above; npm where nothing says. */
function packageManager(directory: Directory, manifest: Record<string, unknown>): string {
  const named = text(manifest['packageManager'])?.split('@')[0];
  if (named !== undefined && MANAGERS.includes(named)) return named;
  let path = directory.path;
  for (let level = 0; level < MOST_LEVELS; level++) {
    const lock = LOCK_FILES.find(([, file]) => existsSync(join(path, file)));
    if (lock !== undefined) return lock[0];
    if (dirname(path) === path) break;
    path = dirname(path);
  }
  return 'npm';
}

/** npm takes a caller's arguments after `--`; the others pass them on as they are. */
function script(name: string, command: string, manager: string): RunnableScript {
  const invocation = { ...program(manager, 'run', name), separator: manager === 'npm' ? '--' : null };
  return { name, command, source: 'package.json', invocation };
}

const dependencies = (manifest: Record<string, unknown>): string[] =>
  ['dependencies', 'devDependencies', 'peerDependencies'].flatMap((field) => Object.keys(record(manifest[field])));

function workspacePatterns(directory: Directory, manifest: Record<string, unknown>): string[] {
  const field = manifest['workspaces'];
  const own = texts(Array.isArray(field) ? field : record(field)['packages']);
  const pnpm = directory.parse('pnpm-workspace.yaml', (yaml) => texts(record(parseYaml(yaml))['packages']));
  return [...own, ...(pnpm ?? [])];
}
