/** The core and its model checker as another project has them: the built package, installed beside the project's programs. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Project {
  /** Runs a program in the project, under `--conditions=model`; what it prints. */
  run(program: string): Promise<string>;
  remove(): void;
}

/** A project in a temporary directory that has the package installed. */
export function createProject(): Project {
  const directory = mkdtempSync(join(tmpdir(), 'devtool-mcp-published-'));
  const installed = join(directory, 'node_modules/devtool-mcp');
  for (const part of ['package.json', 'dist']) cpSync(join(root, part), join(installed, part), { recursive: true });
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
