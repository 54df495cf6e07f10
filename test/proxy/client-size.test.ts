/** The page client is the first script of each document: it stays small. */
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const MOST_BYTES = 12 * 1_024;

test('the page client, compressed, is within 12 KiB', async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../../src/page/main.ts', import.meta.url))],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    target: 'es2022',
  });
  const client = outputFiles[0]?.contents ?? new Uint8Array();
  expect(client.length).toBeGreaterThan(1_000);
  expect(gzipSync(client, { level: 9 }).length).toBeLessThanOrEqual(MOST_BYTES);
});
