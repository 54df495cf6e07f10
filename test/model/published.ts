/**
 * The core and its model checker as another project has them: bundled into a package whose export conditions put the checker's
 * operations in the place of the real ones under `--conditions=model`.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What package.json has to say for it. */
const EXPORTS = {
  './lockfree': { model: './model/lockfree.js', default: './lockfree.js' },
  './lockfree/atomic': { model: './model/index.js', default: './atomic.js' },
  './lockfree/model': './model/index.js',
};

export interface Project {
  /** Runs a program in the project; what it prints. */
  run(program: string): Promise<string>;
  remove(): void;
}

/** A project in a temporary directory that has the package installed. */
export async function createProject(): Promise<Project> {
  const directory = mkdtempSync(join(tmpdir(), 'devtool-mcp-published-'));
  const installed = join(directory, 'node_modules/devtool-mcp');
  const shared = { absWorkingDir: root, bundle: true, format: 'esm', platform: 'node', target: 'node20' } as const;
  const core = { lockfree: 'src/lockfree/index.ts' };
  await Promise.all([
    build({ ...shared, outdir: installed, entryPoints: { ...core, atomic: 'src/lockfree/atomic.ts' } }),
    // In one build, so that checker and core share one module of operations.
    build({
      ...shared,
      outdir: join(installed, 'model'),
      entryPoints: { ...core, index: 'test/model/index.ts' },
      conditions: ['model'],
      splitting: true,
    }),
  ]);
  mkdirSync(installed, { recursive: true });
  writeFileSync(
    join(installed, 'package.json'),
    JSON.stringify({ name: 'devtool-mcp', type: 'module', exports: EXPORTS }),
  );
  let programs = 0;
  return {
    async run(program) {
      const file = join(directory, `program-${programs++}.mjs`);
      writeFileSync(file, program);
      const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=model', file]);
      return stdout;
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
