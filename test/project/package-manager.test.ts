/** Which package manager runs a script: the project's own word, its lock file, or those of the workspace above. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { detectProject, runnableScripts } from '../../src/project/detect.ts';
import { type Files, projectDirectory } from './project-directory.ts';

const ROOT = {
  'package.json': { workspaces: ['packages/*'] },
  'packages/a/package.json': { scripts: { dev: 'vite' } },
};

test.each([
  ['field before lock file', '.', { 'package.json': { packageManager: 'yarn@4.1.0' }, 'pnpm-lock.yaml': '' }, 'yarn'],
  [
    'an unknown field counts for nothing',
    '.',
    { 'package.json': { packageManager: 'cnpm@1' }, 'yarn.lock': '' },
    'yarn',
  ],
  ['a pnpm workspace without a lock file', '.', { 'package.json': {}, 'pnpm-workspace.yaml': 'packages: [a]' }, 'pnpm'],
  ['the lock file of the workspace above', 'packages/a', { ...ROOT, 'yarn.lock': '' }, 'yarn'],
  [
    'its field',
    'packages/a',
    { ...ROOT, 'package.json': { packageManager: 'bun@1.2.0', workspaces: ['packages/*'] } },
    'bun',
  ],
  ['the own before that above', 'packages/a', { ...ROOT, 'yarn.lock': '', 'packages/a/package-lock.json': {} }, 'npm'],
  [
    'a lock file above that is no workspace',
    'sub',
    { 'yarn.lock': '', 'package.json': {}, 'sub/package.json': {} },
    'npm',
  ],
  ['a repository of its own', 'packages/a', { ...ROOT, 'yarn.lock': '', 'packages/a/.git': 'gitdir: x' }, 'npm'],
] as [string, string, Files, string][])('%s', async (_name, below, files, expected) => {
  expect((await detectProject(join(projectDirectory(files), below))).package_manager).toBe(expected);
});

test.each([
  ['npm', '--'],
  ['pnpm', null],
  ['yarn', null],
  ['bun', null],
])('%s run NAME', (manager, separator) => {
  const path = projectDirectory({ 'package.json': { packageManager: `${manager}@1.0.0`, scripts: { dev: 'vite' } } });
  expect(runnableScripts(path)[0]?.invocation).toMatchObject({ command: manager, args: ['run', 'dev'], separator });
});

test('the search ends at the root of the file system', async () => {
  const path = projectDirectory({ 'package.json': {} });
  rmSync(join(path, '.git'), { recursive: true });
  expect((await detectProject(path)).type).toBe('node');
});
