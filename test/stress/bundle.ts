/** Programs for worker threads, which refuse `.ts` on Node 20: bundled to a directory that goes when the test is over. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export interface Bundle {
  readonly file: string;
  remove(): void;
}

/** Bundles `entry`, a path beside this file. */
export async function bundle(entry: string): Promise<Bundle> {
  const directory = mkdtempSync(join(tmpdir(), 'devtool-mcp-stress-'));
  const file = join(directory, 'program.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
  });
  return { file, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
