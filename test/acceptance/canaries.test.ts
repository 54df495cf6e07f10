/** The short form of the bar S6: secrets that pass through in every way are in no answer, no resource, no file (T19). */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ownEnvironment, ROOT } from './harness.ts';

test('40 canaries by every way: none comes out', async () => {
  const bar = spawn(process.execPath, [join(ROOT, 'bench/bars/s6-canaries.mjs'), '1', '40'], { env: ownEnvironment() });
  let said = '';
  bar.stdout.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const code = await new Promise((resolve) => bar.once('close', resolve));
  expect([said.trim().split('\n').at(-1), code]).toEqual([expect.stringMatching(/: 0 leaks;/), 0]);
}, 120_000);
