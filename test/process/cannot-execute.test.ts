import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { cannotExecute } from '../../src/process/cannot-execute.ts';

const directory = realpathSync(mkdtempSync(join(tmpdir(), 'dtm-execute-')));
afterAll(() => rmSync(directory, { recursive: true }));

const program = (name: string, text: string, mode = 0o755) => {
  writeFileSync(join(directory, name), text);
  chmodSync(join(directory, name), mode);
};
program('plain', 'x');
program('good', '#!/bin/sh\n');
program('relative', '#! ./good -x\n');
program('missing', '#!/no/such/interpreter -e\n');
program('locked', '#!/bin/sh\n', 0o644);
program('long', `#!${'x'.repeat(10_000)}`);
program('bare', '#!');
mkdirSync(join(directory, 'sub'));
symlinkSync('loop', join(directory, 'loop'));

const PATH = [join(directory, 'loop'), join(directory, 'plain'), '', join(directory, 'sub'), '/no/such'].join(':');

test.each([
  ['good', directory, null],
  ['./good', '', null],
  ['./plain', '', null],
  ['./relative', '', null],
  ['./bare', '', null],
  ['./missing', '', '"/no/such/interpreter", which does not exist (ENOENT)'],
  ['./long', '', /names "x{254}", which does not exist/],
  ['./locked', '', 'it may not be executed (EACCES)'],
  ['locked', directory, 'it may not be executed (EACCES)'],
  ['./sub', '', 'it is no file (EACCES)'],
  ['./loop', '', 'there is no such command (ENOENT)'],
  ['good', '/no/such', 'PATH has no such command; ./good is here (ENOENT)'],
  ['sub', '/no/such', 'sub: there is no such command (ENOENT)'],
  ['nothing', PATH, 'nothing: there is no such command (ENOENT)'],
  ['nothing', '', 'nothing: there is no such command (ENOENT)'],
  ['x'.repeat(300_000), PATH, 'there is no such command (ENOENT)'],
])('%.20s in %.20s', (command, path, expected) => {
  const found = cannotExecute(command, directory, path);
  if (expected === null) expect(found).toBeNull();
  else expect(found?.message).toMatch(expected);
});
