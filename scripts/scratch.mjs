// Packages that a script needs and the project does not: installed beside it, kept for the next run, never among the dependencies.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const cache = fileURLToPath(new URL('../node_modules/.cache/devtool-mcp/', import.meta.url));

/** A directory whose node_modules has exactly `packages`, each `name@version` or a tarball; its path, ending in a slash. */
export function scratchWith(name, packages) {
  const directory = `${cache}${name}/`;
  const marker = `${directory}installed.json`;
  const wanted = JSON.stringify(packages);
  if (textOf(marker) === wanted) return directory;
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  writeFileSync(`${directory}package.json`, '{"private": true, "type": "module"}');
  console.log(`installs ${packages.join(', ')}`);
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent', ...packages], {
    cwd: directory,
    stdio: 'inherit',
  });
  writeFileSync(marker, wanted);
  return directory;
}

/** Node of a major version, from the npm registry's `node` package: the program's path. */
export function nodeOf(major) {
  return `${scratchWith(`node-${major}`, [`node@${major}`])}node_modules/node/bin/node`;
}

function textOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
