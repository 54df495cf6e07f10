/** Workspace directories that patterns such as `packages/*` name. */
import { join, posix } from 'node:path';
import { type Directory, openDirectory } from './directory.ts';

/** A monorepo larger than this is shown in part. */
const MOST = 500;

/** Directories below the project, relative, that a pattern names and no `!` pattern takes back; `*` is one level, `**` any number. */
export function workspacePaths(directory: Directory, patterns: readonly string[]): string[] {
  const clean = patterns.map((pattern) => posix.normalize(pattern).replace(/\/$/, ''));
  const wanted = clean.filter((pattern) => !pattern.startsWith('!'));
  const refused = clean.filter((pattern) => pattern.startsWith('!')).map((pattern) => matcher(pattern.slice(1)));
  const found = new Set(wanted.flatMap((pattern) => expand(directory, '', pattern.split('/'))));
  return [...found]
    .filter((path) => !refused.some((refuses) => refuses.test(path)))
    .slice(0, MOST)
    .sort();
}

function expand(directory: Directory, base: string, [first, ...rest]: readonly string[]): string[] {
  if (first === undefined) return base === '' ? [] : [base];
  if (first === '..' || first === '' || first === 'node_modules') return [];
  if (!first.includes('*')) {
    const next = posix.join(base, first);
    return directory.isDirectory(next) ? expand(directory, next, rest) : [];
  }
  const below = directory
    .names(base === '' ? '.' : base)
    .filter((name) => !name.startsWith('.') && name !== 'node_modules');
  const deeper = below
    .map((name) => posix.join(base, name))
    .filter((path) => directory.isDirectory(path))
    .slice(0, MOST);
  if (first !== '**')
    return deeper
      .filter((path) => matcher(first).test(posix.basename(path)))
      .flatMap((path) => expand(directory, path, rest));
  const depth = base.split('/').length;
  return [
    ...expand(directory, base, rest),
    ...(depth > 4 ? [] : deeper.flatMap((path) => expand(directory, path, ['**', ...rest]))),
  ].slice(0, MOST);
}

const matcher = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
      .replace(/\*\*/g, '\0')
      .replace(/\*/g, '[^/]*')
      .replace(/\0/g, '.*')}$`,
  );

export const openWorkspace = (directory: Directory, path: string): Directory =>
  openDirectory(join(directory.path, path));
