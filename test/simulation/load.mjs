// The simulation as one program, with `#atomic` on virtual time: sources are bundled for it, since only a bundler can exchange that door.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const beside = (name) => fileURLToPath(new URL(name, import.meta.url));

export async function loadSimulation() {
  const directory = mkdtempSync(join(tmpdir(), 'devtool-mcp-simulation-'));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  const file = join(directory, 'program.mjs');
  try {
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
    return { play, remove };
  } catch (error) {
    remove();
    throw error;
  }
}
