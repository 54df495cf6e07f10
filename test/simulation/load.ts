/** The simulation as one program, with `#atomic` on virtual time: sources are bundled for it, since only a bundler can exchange that door. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type { Played } from './play.ts';

export interface Simulation {
  play(seed: number, tell?: (line: string) => void): Promise<Played>;
  remove(): void;
}

const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export async function loadSimulation(): Promise<Simulation> {
  const directory = mkdtempSync(join(tmpdir(), 'devtool-mcp-simulation-'));
  const file = join(directory, 'program.mjs');
  await build({
    entryPoints: [beside('play.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    alias: { '#atomic': beside('atomic.ts') },
    logLevel: 'warning',
  });
  const { play } = await import(/* @vite-ignore */ pathToFileURL(file).href);
  return { play, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
