/** Node and Bun: package.json, its scripts and workspaces, and the package manager that runs them. */
import { dirname } from 'node:path';
import { type Directory, openDirectory } from './directory.ts';
import { parseJson, parseYaml } from './formats.ts';
import { frameworksOf, NODE_FRAMEWORKS } from './frameworks.ts';
import { type Kind, kindOf, program, programWithSeparator, type RunnableScript, scriptOf } from './project.ts';
import { scriptTable } from './script-table.ts';
import { record, text, texts } from './values.ts';

type Manifest = Readonly<Record<string, unknown>>;

/** Files by the manager that writes them, in the order in which they are looked for. */
const MANAGER_FILES = [
  ['pnpm', 'pnpm-lock.yaml'],
  ['yarn', 'yarn.lock'],
  ['bun', 'bun.lockb'],
  ['bun', 'bun.lock'],
  ['npm', 'package-lock.json'],
  ['npm', 'npm-shrinkwrap.json'],
  ['pnpm', 'pnpm-workspace.yaml'],
] as const;

const MANAGERS = ['npm', 'pnpm', 'yarn', 'bun'];
/** Directories above that may be the root of the workspace. */
const MOST_LEVELS = 16;

export function detectNode(directory: Directory): Kind | null {
  if (!directory.has('package.json')) return null;
  const manifest = directory.parse('package.json', parseJson) ?? {};
  const manager = packageManager(directory, manifest);
  const dependencies = dependenciesOf(manifest);
  return kindOf(runsOnBun(directory, manifest, dependencies) ? 'bun' : 'node', {
    name: text(manifest['name']),
    packageManager: manager,
    frameworks: frameworksOf(NODE_FRAMEWORKS, dependencies),
    scripts: ownScripts(directory, manifest['scripts'], manager),
    workspaces: workspacePatterns(directory, manifest),
  });
}

/** Bun's lock file says who installs; these say who runs. */
const runsOnBun = (directory: Directory, manifest: Manifest, dependencies: readonly string[]): boolean =>
  directory.has('bunfig.toml') ||
  dependencies.includes('@types/bun') ||
  dependencies.includes('bun-types') ||
  'bun' in record(manifest['engines']);

/** The field of package.json wins, then the lock file, then both at the root of the workspace above; npm where nothing says. */
function packageManager(directory: Directory, manifest: Manifest): string {
  const own = managerHere(directory, manifest);
  if (own !== null) return own;
  let below = directory;
  for (let level = 0; level < MOST_LEVELS; level++) {
    // What is above a repository is another's.
    if (below.has('.git') || below.isDirectory('.git') || dirname(below.path) === below.path) break;
    const above = openDirectory(dirname(below.path));
    const aboveManifest = above.parse('package.json', parseJson) ?? {};
    if (workspacePatterns(above, aboveManifest).length > 0) return managerHere(above, aboveManifest) ?? 'npm';
    below = above;
  }
  return 'npm';
}

function managerHere(directory: Directory, manifest: Manifest): string | null {
  const named = text(manifest['packageManager'])?.split('@')[0];
  if (named !== undefined && MANAGERS.includes(named)) return named;
  return MANAGER_FILES.find(([, file]) => directory.has(file))?.[0] ?? null;
}

function ownScripts(directory: Directory, scripts: unknown, manager: string): RunnableScript[] {
  return Object.entries(scriptTable(directory, 'package.json scripts', scripts)).flatMap(([name, command]) => {
    if (typeof command === 'string' && name !== '') return [script(name, command, manager)];
    directory.problem(`package.json scripts${name === '' ? ': one has no name' : `.${name}: is no text`}`);
    return [];
  });
}

/** npm takes a caller's arguments after `--`; the others pass them on as they are. What begins with a dash must be no option of any. */
function script(name: string, command: string, manager: string): RunnableScript {
  if (name.startsWith('-')) return scriptOf(name, command, 'package.json', program(manager, 'run', '--', name));
  const run = manager === 'npm' ? programWithSeparator : program;
  return scriptOf(name, command, 'package.json', run(manager, 'run', name));
}

const dependenciesOf = (manifest: Manifest): string[] =>
  ['dependencies', 'devDependencies', 'peerDependencies'].flatMap((field) => Object.keys(record(manifest[field])));

function workspacePatterns(directory: Directory, manifest: Manifest): string[] {
  const field = manifest['workspaces'];
  if (typeof field === 'string') directory.problem('package.json workspaces: is no list of patterns');
  const own = texts(Array.isArray(field) ? field : record(field)['packages']);
  const pnpm = directory.parse('pnpm-workspace.yaml', parseYaml) ?? {};
  return [...own, ...texts(pnpm['packages'])];
}
