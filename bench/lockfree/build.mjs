// What the bench runs: the shapes of the process manager as a bundle, and the Go programs, all in one directory of its own.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));
const GO_PLACES = ['go', '/usr/local/go/bin/go'];

/** Path of a scratch directory, and its removal. */
export function scratch() {
  const directory = mkdtempSync(join(tmpdir(), 'devtool-mcp-bench-'));
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

/** Bundles a source file, and gives its URL; `replaced` has other files for the modules of some names. */
export async function bundle(source, directory, replaced = {}) {
  const kind = Object.keys(replaced).join('-');
  const outfile = join(directory, `${source.replaceAll('/', '-')}${kind}.mjs`);
  await build({
    absWorkingDir: root,
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    logLevel: 'warning',
    mainFields: ['module', 'main'],
    // Some packages are CommonJS.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    plugins: [replacing(replaced)],
  });
  return pathToFileURL(outfile).href;
}

const replacing = (files) => ({
  name: 'replacing',
  setup: ({ onResolve }) => onResolve({ filter: /^\.\// }, ({ path }) => pathOf(files[basename(path)])),
});
const pathOf = (path) => (path === undefined ? undefined : { path });

/** The Go command and its version; null when there is none. */
export function findGo() {
  for (const command of GO_PLACES) {
    try {
      const version = execFileSync(command, ['version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
      return { command, version: version.split(' ')[2] ?? version.trim() };
    } catch {
      // Not there; perhaps elsewhere.
    }
  }
  return null;
}

/** Builds bench/baseline-go/`name`; path of the program. */
export function buildGo({ command }, name, directory) {
  const program = join(directory, `go-${name}`);
  const cwd = join(root, 'bench/baseline-go');
  execFileSync(command, ['build', '-o', program, `./${name}`], { cwd, stdio: 'inherit' });
  return program;
}

/** Throws when `dist` was not built. */
export function requireBuilt(...names) {
  for (const name of names)
    if (!existsSync(join(root, 'dist', name))) throw new Error(`dist/${name} is not there: npm run build`);
}
