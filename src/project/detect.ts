/** What a directory is: every kind of project in it, and all scripts that are its own. Reads a few small files; runs nothing. */
import { basename } from 'node:path';
import { readConfig } from './config.ts';
import { type Directory, openDirectory } from './directory.ts';
import { detectDeno, detectDotnet, detectGo, detectJava, detectPhp, detectRuby, detectRust } from './ecosystems.ts';
import { detectNode } from './node.ts';
import type { Kind, Project, ProjectType, RunnableScript, Workspace } from './project.ts';
import { detectPython } from './python.ts';
import {
  hasJustfile,
  hasMakefile,
  hasTaskfile,
  justScripts,
  launchScripts,
  makeScripts,
  procfileScripts,
  taskScripts,
} from './task-files.ts';
import { openWorkspace, workspacePaths } from './workspaces.ts';

/** In this order the first is the `type` of a directory that is several. */
const DETECTORS: readonly ((directory: Directory) => Kind | null)[] = [
  detectGo,
  detectNode,
  detectPython,
  detectDeno,
  detectRust,
  detectJava,
  detectRuby,
  detectPhp,
  detectDotnet,
  taskKind('make', hasMakefile),
  taskKind('just', hasJustfile),
  taskKind('task', hasTaskfile),
];

/** `path` is a directory that exists, as a real path. */
export function detect(path: string): Project {
  const directory = openDirectory(path);
  const kinds = kindsOf(directory);
  const config = readConfig(directory);
  const [first] = kinds;
  return {
    type: first?.type ?? 'unknown',
    name: kinds.find((kind) => kind.name !== null)?.name ?? basename(path),
    path,
    package_manager: first?.packageManager ?? null,
    frameworks: [...new Set(kinds.flatMap((kind) => kind.frameworks))],
    scripts: scriptsOf(directory, kinds).map(({ name, command, source }) => ({ name, command, source })),
    workspaces: workspacesOf(directory, kinds),
    projects: kinds.map((kind) => ({ type: kind.type, name: kind.name ?? basename(path) })),
    config: config?.config ?? null,
    problems: directory.problems,
  };
}

/** The scripts with how each is started, in the order in which `detect` lists them. */
export function runnableScripts(path: string): readonly RunnableScript[] {
  const directory = openDirectory(path);
  return scriptsOf(directory, kindsOf(directory));
}

const kindsOf = (directory: Directory): Kind[] => DETECTORS.flatMap((detector) => detector(directory) ?? []);

/** A name that several files have means the first: the project's own before what the ecosystem always has. */
function scriptsOf(directory: Directory, kinds: readonly Kind[]): RunnableScript[] {
  const ofKinds = kinds.flatMap((kind) => kind.scripts);
  const all = [
    ...(readConfig(directory)?.scripts ?? []),
    ...ofKinds.filter((script) => script.source !== 'usual'),
    ...makeScripts(directory),
    ...justScripts(directory),
    ...taskScripts(directory),
    ...procfileScripts(directory),
    ...launchScripts(directory),
    ...ofKinds.filter((script) => script.source === 'usual'),
  ];
  const byName = new Map<string, RunnableScript>();
  for (const script of all) if (!byName.has(script.name)) byName.set(script.name, script);
  return [...byName.values()];
}

function workspacesOf(directory: Directory, kinds: readonly Kind[]): Workspace[] {
  const patterns = kinds.flatMap((kind) => kind.workspaces);
  return workspacePaths(directory, patterns).flatMap((path): Workspace[] => {
    const [kind] = kindsOf(openWorkspace(directory, path));
    return kind === undefined
      ? []
      : [{ path, name: kind.name ?? basename(path), type: kind.type satisfies ProjectType }];
  });
}

/** Files of tasks make a kind of project where there is nothing else. */
function taskKind(
  type: 'make' | 'just' | 'task',
  isPresent: (directory: Directory) => boolean,
): (directory: Directory) => Kind | null {
  const kind: Kind = { type, name: null, packageManager: null, frameworks: [], scripts: [], workspaces: [] };
  return (directory) => (isPresent(directory) ? kind : null);
}
