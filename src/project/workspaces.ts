/** Workspace directories that patterns such as `packages/*` name. */
import { posix } from 'node:path';
import type { Directory } from './directory.ts';
import { alternatives, matchesName, matchesPath } from './glob.ts';

/** A monorepo larger than this is shown in part. */
const MOST_FOUND = 500;
const MOST_LISTED = 500;
const MOST_PATTERNS = 200;
/** How far down `**` looks. */
const MOST_LEVELS = 6;

/** Directories below the project, relative and sorted, that a pattern names and no `!` pattern takes back. */
export function workspacePaths(directory: Directory, patterns: readonly string[]): string[] {
  const all = patterns.slice(0, MOST_PATTERNS).flatMap(alternatives);
  const refused = all.filter((pattern) => pattern.startsWith('!')).map((pattern) => levelsOf(pattern.slice(1)));
  const walk: Walk = { directory, found: new Set(), listed: 0 };
  for (const pattern of all.filter((one) => !one.startsWith('!'))) expand(walk, [], levelsOf(pattern));
  if (isSpent(walk)) directory.problem(`workspaces: more than ${MOST_FOUND} directories, not all are looked at`);
  const paths = [...walk.found].filter((path) => !refused.some((levels) => matchesPath(levels, path.split('/'))));
  return onceEach(directory, paths.sort());
}

/** One that links lead to counts once, by its own path where a pattern names that; the project itself is none. */
function onceEach(directory: Directory, paths: readonly string[]): string[] {
  const byPlace = new Map<string, string>();
  for (const path of paths) {
    const real = directory.realPath(path);
    if (real === null || real === directory.path) continue;
    if (!byPlace.has(real) || real === posix.join(directory.path, path)) byPlace.set(real, path);
  }
  return [...byPlace.values()].sort();
}

interface Walk {
  readonly directory: Directory;
  readonly found: Set<string>;
  listed: number;
}

const isSpent = (walk: Walk): boolean => walk.found.size >= MOST_FOUND || walk.listed >= MOST_LISTED;

const levelsOf = (pattern: string): string[] =>
  posix
    .normalize(pattern.replaceAll('\\', '/'))
    .replace(/\/$/, '')
    .split('/')
    .filter((level) => level !== '.');

/** What leads out of the project, or into what is installed, names nothing. */
function expand(walk: Walk, base: readonly string[], [first, ...rest]: readonly string[]): void {
  if (isSpent(walk)) return;
  if (first === undefined) {
    if (base.length > 0) walk.found.add(base.join('/'));
  } else if (first === '**') {
    expand(walk, base, rest);
    if (base.length < MOST_LEVELS)
      for (const name of below(walk, base)) expand(walk, [...base, name], [first, ...rest]);
  } else if (/[*?]/.test(first)) {
    for (const name of below(walk, base)) if (matchesName(first, name)) expand(walk, [...base, name], rest);
  } else if (first !== '..' && first !== '' && first !== 'node_modules') {
    const next = [...base, first];
    if (walk.directory.isDirectory(next.join('/'))) expand(walk, next, rest);
  }
}

/** Names of directories that may be workspaces. */
function below(walk: Walk, base: readonly string[]): string[] {
  walk.listed++;
  const path = base.join('/') || '.';
  return walk.directory
    .names(path)
    .filter((name) => !name.startsWith('.') && name !== 'node_modules')
    .slice(0, MOST_FOUND)
    .filter((name) => walk.directory.isDirectory(posix.join(path, name)));
}
