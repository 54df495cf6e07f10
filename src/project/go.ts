/** Go: go.mod, go.work, and the commands that every module has. */
import { posix } from 'node:path';
import type { Directory } from './directory.ts';
import { frameworksIn, GO_FRAMEWORKS } from './frameworks.ts';
import { type Kind, kindOf, type RunnableScript, usual } from './project.ts';

const MOST_COMMANDS = 20;

export function detectGo(directory: Directory): Kind | null {
  if (!directory.has('go.mod') && !directory.has('go.work')) return null;
  const lines = directory.lines('go.mod').map((line) => line.trim());
  const required = lines.filter((line) => !line.startsWith('//') && !line.endsWith('// indirect'));
  const frameworks = frameworksIn(GO_FRAMEWORKS, required.join('\n'));
  return kindOf('go', {
    name: moduleName(lines),
    frameworks,
    scripts: [
      usual('build', 'go build ./...'),
      usual('test', 'go test ./...'),
      usual('vet', 'go vet ./...'),
      ...runScripts(directory, frameworks.length > 0),
    ],
    workspaces: usedModules(directory),
  });
}

/** `example.com/user/thing/v2` is `thing`: the major version is no name. */
function moduleName(lines: readonly string[]): string | null {
  const path = lines.find((line) => /^module\s/.test(line))?.split(/\s+/)[1];
  return path === undefined ? null : posix.basename(path.replaceAll('"', '').replace(/\/v\d+$/, ''));
}

/** `go run .`, and one script for each program below `cmd`, as modules are usually laid out. */
function runScripts(directory: Directory, usesFramework: boolean): RunnableScript[] {
  const server = usesFramework || (directory.read('main.go') ?? '').includes('"net/http"');
  const commands = directory
    .names('cmd')
    .filter((name) => directory.has(`cmd/${name}/main.go`))
    .slice(0, MOST_COMMANDS)
    .map((name) => {
      const serves = usesFramework || (directory.read(`cmd/${name}/main.go`) ?? '').includes('"net/http"');
      return usual(`run:${name}`, `go run ./cmd/${name}`, { server: serves });
    });
  return directory.has('main.go') || commands.length === 0
    ? [usual('run', 'go run .', { server }), ...commands]
    : commands;
}

/** `use ./a`, or the lines of `use ( … )`. */
function usedModules(directory: Directory): string[] {
  const used: string[] = [];
  let block = false;
  for (const line of directory.lines('go.work')) {
    const words = (line.split('//')[0] ?? '').trim().split(/\s+/);
    const path = block ? words[0] : words[0] === 'use' ? words[1] : undefined;
    if (path === '(') block = true;
    else if (path === ')') block = false;
    else if (path !== undefined && path !== '') used.push(path.replaceAll('"', ''));
  }
  return used;
}
