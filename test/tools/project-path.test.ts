import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { projectPath } from '../../src/tools/project-path.ts';
import type { Caller } from '../../src/tools/tool.ts';

const home = realpathSync(mkdtempSync(join(tmpdir(), 'dtm-path-')));
mkdirSync(join(home, 'shop/~'), { recursive: true });
afterAll(() => rmSync(home, { recursive: true }));

const caller = (env: Caller['env']): Caller => ({ name: 'c', cwd: join(home, 'shop'), env, attend: () => {} });

test.each([
  [undefined, 'shop'],
  ['..', ''],
  ['~', ''],
  ['~/shop/', 'shop'],
  ['./~', 'shop/~'],
])('%s', async (given, expected) => {
  expect(await projectPath(given, caller({ HOME: home }))).toBe(join(home, expected).replace(/\/$/, ''));
});

test('without a home it is a name like others', async () => {
  expect(await projectPath('~', caller({}))).toBe(join(home, 'shop/~'));
  await expect(projectPath('~x', caller({ HOME: home }))).rejects.toThrow('does not exist');
});
