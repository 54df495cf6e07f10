import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { wholeLines } from '../../src/daemon/whole-lines.ts';

test('each line is one chunk, however it came; one that is too long is reported and dropped', async () => {
  const source = new PassThrough();
  const tooLong: number[] = [];
  const chunks: string[] = [];
  const lines = wholeLines(source, 1_000_000, (bytes) => tooLong.push(bytes));
  lines.on('data', (chunk) => chunks.push(String(chunk)));
  const big = `${'ü'.repeat(300_000)}\n`;
  for (const byte of Buffer.from('one\ntwo\n')) source.write(Buffer.from([byte]));
  for (const part of [big, `${'x'.repeat(1_000_000)}\n`, 'three\nfour\nfive']) source.write(part);
  source.end();
  await new Promise((resolve) => lines.on('end', resolve));
  expect(chunks).toEqual(['one\n', 'two\n', big, 'three\n', 'four\n']);
  expect(tooLong).toEqual([1_000_001]);
});

test('who does not read holds up who writes', async () => {
  const source = new PassThrough();
  wholeLines(source, 1_000, () => {});
  let accepted = 0;
  while (source.write('x'.repeat(99).concat('\n')) && accepted < 10_000) accepted += 1;
  expect(accepted).toBeLessThan(1_000);
});
