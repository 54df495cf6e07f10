import { mkdtempSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { largeFiles } from '../../src/daemon/large-files.ts';

const home = realpathSync(mkdtempSync(join(tmpdir(), 'dtm-large-')));
afterAll(() => rmSync(home, { recursive: true }));
const uid = process.getuid?.() ?? null;

test('files of the user’s alone, the newest twenty', () => {
  const directory = join(home, 'files');
  const save = largeFiles(directory, uid);
  const paths = Array.from({ length: 25 }, (_, n) => save(Buffer.from(String(n)), 'json'));
  expect(readdirSync(directory)).toHaveLength(20);
  const newest = paths.at(-1) ?? '';
  expect(newest).toBe(join(directory, 'value-25.json'));
  expect(statSync(newest).mode & 0o777).toBe(0o600);
});

test('what cannot be written is a fault that says where, and leaves nothing', () => {
  const file = join(home, 'file');
  writeFileSync(file, '');
  expect(() => largeFiles(join(file, 'files'), uid)(Buffer.from('x'), 'bin')).toThrow(
    expect.objectContaining({
      code: 'limit',
      message: expect.stringContaining(`cannot be written to ${file}/files: `),
    }),
  );
});
