import { chmodSync, lstatSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { secureDirectory } from '../../src/home/secure-directory.ts';

const scratch = mkdtempSync(join(tmpdir(), 'dtm-secure-'));
const uid = process.getuid?.() ?? null;
const mode = (path: string) => lstatSync(path).mode & 0o777;
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test('makes the directory and its parents, 0700 under any umask', () => {
  for (const umask of [0o022, 0o000, 0o177, 0o777]) {
    const path = join(scratch, `deep-${umask}`, 'run');
    mkdirSync(join(scratch, `deep-${umask}`));
    const before = process.umask(umask);
    try {
      secureDirectory(path, uid);
    } finally {
      process.umask(before);
    }
    expect(mode(path)).toBe(0o700);
  }
  secureDirectory(join(scratch, 'a/b/c'), uid);
  expect([mode(join(scratch, 'a')), mode(join(scratch, 'a/b/c'))]).toEqual([0o700, 0o700]);
});

test('takes the rights of others away from a directory of ours', () => {
  const path = join(scratch, 'open');
  mkdirSync(path);
  chmodSync(path, 0o755);
  secureDirectory(path, uid);
  expect(mode(path)).toBe(0o700);
});

test('refuses links, files and what belongs to somebody else, each with a line that says so', () => {
  const target = join(scratch, 'target');
  mkdirSync(target);
  symlinkSync(target, join(scratch, 'link'));
  symlinkSync(join(scratch, 'nowhere'), join(scratch, 'dangling'));
  writeFileSync(join(scratch, 'file'), '');
  const rows: [string, number | null, RegExp][] = [
    ['link', uid, /link is a symbolic link: remove it/],
    ['dangling', uid, /dangling is a symbolic link: remove it/],
    ['file', uid, /file is no directory: remove it/],
    ['file/below', uid, /below cannot be had \(.*ENOTDIR/],
    ['target', (uid ?? 0) + 1, /target belongs to user \d+, not to user \d+: remove it, or set DEVTOOL_MCP_HOME/],
  ];
  for (const [name, as, message] of rows) expect(() => secureDirectory(join(scratch, name), as)).toThrow(message);
  expect(lstatSync(join(scratch, 'link')).isSymbolicLink()).toBe(true);
});

test.runIf(process.platform === 'linux')('gives up where nothing can be made', () => {
  for (const path of ['/proc/devtool-mcp/run', '/sys/devtool-mcp/run'])
    expect(() => secureDirectory(path, uid)).toThrow(/cannot be had \(E[A-Z]+.*\): set DEVTOOL_MCP_HOME/);
  symlinkSync(join(scratch, 'nowhere'), join(scratch, 'loose'));
  expect(() => secureDirectory(join(scratch, 'loose/run'), uid)).toThrow(/run cannot be had \(ENOENT/);
});
