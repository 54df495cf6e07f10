/** What a directory is: every kind of project in it, and all scripts that are its own. Reads a few small files; runs nothing. */
import { realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { composeServices } from './compose.ts';
import { type FoundConfig, findConfig } from './config.ts';
import { type ConfigPlan, planConfig, shownConfig } from './config-plan.ts';
import { detectDeno } from './deno.ts';
import { type Directory, openDirectory } from './directory.ts';
import { detectDotnet } from './dotnet.ts';
import { detectGo } from './go.ts';
import { detectJava } from './java.ts';
import { detectJust } from './justfile.ts';
import { launchScripts } from './launch.ts';
import { detectMake } from './makefile.ts';
import { detectNode } from './node.ts';
import { nxScripts } from './nx.ts';
import { detectPhp } from './php.ts';
import { procfileScripts } from './procfile.ts';
import type { Kind, Project, RunnableScript, Script, Workspace } from './project.ts';
import { ProjectError } from './project-error.ts';
import { detectPython } from './python.ts';
import { detectRuby } from './ruby.ts';
import { detectRust } from './rust.ts';
import { detectTask } from './taskfile.ts';
import { workspacePaths } from './workspaces.ts';

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
  detectMake,
  detectJust,
  detectTask,
];

const MOST_SCRIPTS = 500;
const MOST_PROBLEMS = 50;
/** A command is shown so far; it runs whole. */
const LONGEST_COMMAND = 500;

/**
 * `path` may be relative to the process, or a link; the answer has the real path. Lets other work in between workspaces.
 * Throws ProjectError: `not_found`, `permission_denied`, or `invalid_argument` for what is no directory.
 */
export async function detectProject(path: string): Promise<Project> {
  const survey = openSurvey(await realDirectory(path));
  const workspaces: Workspace[] = [];
  for (const workspace of workspacesOf(survey)) {
    if (workspace !== null) workspaces.push(workspace);
    // A turn of the event loop, whatever time it takes: an answer to somebody else may be due.
    await setImmediate();
  }
  return projectOf(survey, workspaces);
}

/** The scripts with how each is started, in the order in which `detectProject` lists them. */
export const runnableScripts = (path: string): readonly RunnableScript[] => openSurvey(path).scripts;

/** What the config file that holds for a directory says; null where there is none. */
export function configOf(path: string): ConfigPlan | null {
  const directory = openDirectory(path);
  const found = findConfig(directory);
  return found === null ? null : planConfig(found, scriptsIn(found.directory));
}

async function realDirectory(path: string): Promise<string> {
  if (path.includes('\0')) throw new ProjectError('invalid_argument', path, 'holds a NUL character');
  try {
    const real = await realpath(path);
    if ((await stat(real)).isDirectory()) return real;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code === 'ENOENT') throw new ProjectError('not_found', path, 'does not exist');
    if (code === 'EACCES' || code === 'EPERM') throw new ProjectError('permission_denied', path, 'may not be read');
    throw new ProjectError('invalid_argument', path, `cannot be followed (${code})`);
  }
  throw new ProjectError('invalid_argument', path, 'is not a directory');
}

interface Survey {
  readonly directory: Directory;
  readonly kinds: readonly Kind[];
  readonly config: ConfigPlan | null;
  readonly scripts: readonly RunnableScript[];
}

function openSurvey(path: string): Survey {
  const directory = openDirectory(path);
  const kinds = kindsIn(directory);
  const own = ownScripts(directory, kinds);
  const found = findConfig(directory);
  const config =
    found === null ? null : planConfig(found, isIn(directory, found) ? scriptsOf(own) : scriptsIn(found.directory));
  return { directory, kinds, config, scripts: listed(directory, own, config) };
}

const isIn = (directory: Directory, config: FoundConfig): boolean => config.directory === directory;
const scriptsOf = (own: Names): readonly RunnableScript[] => own.entries().map(({ script }) => script);
const scriptsIn = (directory: Directory) => scriptsOf(ownScripts(directory, kindsIn(directory)));

const kindsIn = (directory: Directory): Kind[] => DETECTORS.flatMap((detector) => detector(directory) ?? []);

function projectOf({ directory, kinds, config, scripts }: Survey, workspaces: readonly Workspace[]): Project {
  const fallback = basename(directory.path) || directory.path;
  return {
    type: kinds[0]?.type ?? 'unknown',
    name: kinds.find((kind) => kind.name !== null)?.name ?? fallback,
    path: directory.path,
    package_manager: kinds.find((kind) => kind.packageManager !== null)?.packageManager ?? null,
    frameworks: [...new Set(kinds.flatMap((kind) => kind.frameworks))],
    scripts: scripts.map(shownScript),
    services: composeServices(directory),
    workspaces,
    projects: kinds.map(({ type, name, packageManager, frameworks }) => ({
      type,
      name: name ?? fallback,
      package_manager: packageManager,
      frameworks,
    })),
    config: config === null ? null : shownConfig(config),
    problems: directory.problems.slice(0, MOST_PROBLEMS),
  };
}

const shownScript = ({ name, command, source }: RunnableScript): Script => ({
  name,
  command: command.length > LONGEST_COMMAND ? `${command.slice(0, LONGEST_COMMAND)}…` : command,
  source,
});

/** The project's own first, then what its ecosystems always have. */
function ownScripts(directory: Directory, kinds: readonly Kind[]): Names {
  const names = createNames();
  for (const { scripts } of kinds)
    for (const script of scripts) if (script.source !== 'usual') names.add(script, script.source);
  for (const script of [...nxScripts(directory), ...procfileScripts(directory), ...launchScripts(directory)])
    names.add(script, basename(script.source));
  for (const { type, scripts } of kinds)
    for (const script of scripts) if (script.source === 'usual') names.add(script, type);
  return names;
}

/** The config file's first, since it is about this tool; one from above comes after what is nearer. */
function listed(directory: Directory, own: Names, config: ConfigPlan | null): RunnableScript[] {
  const names = createNames();
  const configured = config?.scripts ?? [];
  const isAbove = config !== null && config.path !== directory.path;
  if (!isAbove) for (const script of configured) names.add(script, script.source);
  for (const { script, origin } of own.entries()) {
    // What the config file speaks of without a command of its own is this very script.
    if (isAbove || !configured.some(({ name, source }) => name === script.name && source === script.source))
      names.add(script, origin);
  }
  if (isAbove) for (const script of configured) names.add(script, config.file);
  const all = names.entries().map(({ script }) => script);
  if (all.length > MOST_SCRIPTS) directory.problem(`scripts: ${all.length}, of which ${MOST_SCRIPTS} are kept`);
  return all.slice(0, MOST_SCRIPTS);
}

interface Names {
  /** A name that is taken is told apart by its origin: `Makefile:test`, `go:test`. */
  add(script: RunnableScript, origin: string): void;
  entries(): readonly { readonly script: RunnableScript; readonly origin: string }[];
}

function createNames(): Names {
  const byName = new Map<string, { readonly script: RunnableScript; readonly origin: string }>();
  return {
    add(script, origin) {
      const name = byName.has(script.name) ? `${origin}:${script.name}` : script.name;
      if (!byName.has(name)) byName.set(name, { script: { ...script, name }, origin });
    },
    entries: () => [...byName.values()],
  };
}

/** One answer for each directory that a pattern names; null for one that is no project. */
function* workspacesOf({ directory, kinds }: Survey): Generator<Workspace | null> {
  const patterns = kinds.flatMap((kind) => kind.workspaces);
  for (const path of workspacePaths(directory, patterns)) {
    const workspace = openDirectory(join(directory.path, path));
    const found = kindsIn(workspace);
    for (const problem of workspace.problems) directory.problem(`${path}/${problem}`);
    const name = found.find((kind) => kind.name !== null)?.name ?? basename(path);
    yield found[0] === undefined ? null : { path, name, type: found[0].type };
  }
}
