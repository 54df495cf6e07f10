/** Scripts of the files that name tasks: which there are, what they run, and how. */
import { homedir } from 'node:os';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { detectProject, runnableScripts } from '../../src/project/detect.ts';
import { type Files, projectDirectory } from './project-directory.ts';

/** `name: command` of each script that is the project's own. */
const own = (files: Files): string[] =>
  runnableScripts(projectDirectory(files))
    .filter(({ source }) => source !== 'usual')
    .map(({ name, command }) => `${name}: ${command}`);

describe('Makefile', () => {
  test.each([
    [
      'a target with its recipe',
      'build: src/x.c\n\t@cc -o x src/x.c\n\t-strip x\n',
      ['build: cc -o x src/x.c && strip x'],
    ],
    ['several targets', 'up down:\n\tx $@\n', ['up: x $@', 'down: x $@']],
    ['a recipe on the same line', 'hi: ; echo hi\n', ['hi: echo hi']],
    ['no recipe', 'all: build\n', ['all: make all']],
    ['files, unless phony', 'main.o: main.c\n\tcc\nbin/x: y\n\tz\ndist/all:\n\tq\n.PHONY: dist/all\n', ['dist/all: q']],
    ['pattern rules and special targets', '%.o: %.c\n\tcc\n.DEFAULT_GOAL := a\n.PHONY: \\\n  b\n', []],
    ['internal targets', '_private:\n\tx\n', []],
    ['variables', 'A := b\nC ?= d:e\nF ::= g\nH=i:j\nk: CFLAGS  += -g\n', []],
    ['conditionals', 'ifeq ($(A):b,c:d)\nendif\ninclude a:b\n', []],
    ['definitions', 'define text\na: b\n\tc\nendef\nreal:\n\tx\n', ['real: x']],
    ['comments and CRLF', '# note: this\r\nrun:  # help\r\n\tgo run .\r\n', ['run: go run .']],
  ])('%s', (_name, makefile, expected) => {
    expect(own({ Makefile: makefile })).toEqual(expected);
  });
});

describe('justfile', () => {
  test.each([
    [
      'recipes',
      'build:\n    cargo build\n    strip x\n\n@quiet:\n  @echo hi\n',
      ['build: cargo build && strip x', 'quiet: echo hi'],
    ],
    ['parameters', "serve port='80:80' *args: build\n    x {{port}}\n", ['serve: x {{port}}']],
    [
      'variables and settings',
      'a := "b:c"\nset shell := ["bash"]\nexport P := "1"\nalias b := build\nimport "x"\n',
      [],
    ],
    ['private ones', '_hidden:\n  x\n[private]\n[no-cd]\nsecret:\n  y\n', []],
    ['no body', 'all: a b\n', ['all: just all']],
  ])('%s', (_name, justfile, expected) => {
    expect(own({ justfile })).toEqual(expected);
  });
});

test('Taskfile: lines, lists, tables; internal tasks are left out', () => {
  const taskfile =
    'version: "3"\ntasks:\n  a: echo a\n  b: [x, y]\n  c:\n    cmds: [one, {cmd: two}, {task: a}]\n  d: {cmd: z}\n  e: {internal: true, cmd: q}\n  f: {deps: [a]}\n';
  expect(own({ 'Taskfile.yml': taskfile })).toEqual(['a: echo a', 'b: x && y', 'c: one && two', 'd: z', 'f: task f']);
});

test('Procfile: the development one first, and the port that foreman would give', async () => {
  const procfile = `# processes\nweb: puma -p $PORT\n\nworker: sidekiq\napi: x --port=$\{PORT}\nbad line\n`;
  const path = projectDirectory({ Procfile: 'old: x\n', 'Procfile.dev': procfile });
  const scripts = runnableScripts(path);
  expect(scripts.map(({ name, command, source, server }) => [name, command, source, server])).toEqual([
    ['web', 'puma -p $PORT', 'Procfile.dev', true],
    ['worker', 'sidekiq', 'Procfile.dev', false],
    ['api', `x --port=$\{PORT}`, 'Procfile.dev', false],
  ]);
  expect(scripts.map(({ invocation }) => [invocation.shell, invocation.env])).toEqual([
    [true, { PORT: '5000' }],
    [true, {}],
    [true, { PORT: '5200' }],
  ]);
  expect((await detectProject(path)).problems).toEqual(['Procfile.dev line 6: is no "name: command"']);
});

test('.claude/launch.json: a runtime with arguments, or a program of its own; a port means a server', async () => {
  const launch = {
    version: '0.0.1',
    configurations: [
      { name: 'shop', runtimeExecutable: 'npm', runtimeArgs: ['run', 'x'], port: 4000, cwd: 'web', env: { A: 'b' } },
      { name: 'tool', program: 'bin/tool.js', args: ['--fast'] },
      { name: 'Rails dev', runtimeExecutable: `$\{workspaceFolder}/bin/dev`, cwd: `$\{workspaceFolder}/web` },
      { name: 'debugger', request: 'attach', port: 9229 },
      { name: 'nothing' },
      'noise',
    ],
  };
  const path = projectDirectory({ '.claude/launch.json': launch });
  expect(runnableScripts(path)).toMatchObject([
    {
      name: 'shop',
      command: 'npm run x',
      source: '.claude/launch.json',
      server: true,
      invocation: { command: 'npm', args: ['run', 'x'], shell: false, cwd: 'web', env: { PORT: '4000', A: 'b' } },
    },
    { name: 'tool', command: 'node bin/tool.js --fast', server: false, invocation: { command: 'node', cwd: null } },
    { name: 'Rails dev', invocation: { command: `${path}/bin/dev`, cwd: `${path}/web` } },
  ]);
  expect((await detectProject(path)).problems).toEqual([
    '.claude/launch.json configurations[4] has no runtimeExecutable or program',
    '.claude/launch.json configurations[5] has no name',
  ]);
});

test('.claude/launch.json: variables, and values that are no text', async () => {
  const launch = `{
    // as VS Code writes it
    "configurations": [{
      "name": "a",
      "program": "\${workspaceRoot}/\${workspaceFolderBasename}.js",
      "args": ["\${env:WHO}", "$5", "\${file}"],
      "env": { "ONE": 1, "YES": true, "HOME_OF": "\${userHome}\${/}x", "NONE": null, },
    }],
  }`;
  const path = projectDirectory({ '.claude/launch.json': launch });
  expect(runnableScripts(path)).toMatchObject([
    {
      invocation: {
        args: [`${path}/${basename(path)}.js`, `\${WHO}`, '$$5', `$\${file}`],
        env: { ONE: '1', YES: 'true', HOME_OF: `${homedir()}/x` },
      },
      settings: { variables: {} },
    },
  ]);
  expect((await detectProject(path)).problems).toEqual([
    `.claude/launch.json configurations[0] names \${file}, which is not understood`,
  ]);
});

test('pyproject: entry points and the tasks of each tool, run by that tool', () => {
  const pyproject = `
[project.scripts]
shop = "shop.cli:main"
[tool.poetry]
name = "p"
[tool.poetry.scripts]
old = "p:run"
[tool.pdm.scripts]
_.env_file = ".env"
lint = { shell = "ruff check" }
[tool.hatch.envs.default.scripts]
cov = ["a", "b"]
[tool.hatch.envs.docs.scripts]
serve = "mkdocs serve"
[tool.poe.tasks]
fmt = { cmd = "black ." }
both = { sequence = ["x", "y"] }
[tool.taskipy.tasks]
go = "z"
`;
  const scripts = runnableScripts(projectDirectory({ 'pyproject.toml': pyproject })).filter(
    ({ source }) => source === 'pyproject.toml',
  );
  expect(
    scripts.map(({ name, command, invocation }) => [name, command, [invocation.command, ...invocation.args].join(' ')]),
  ).toEqual([
    ['shop', 'shop.cli:main', 'poetry run shop'],
    ['old', 'p:run', 'poetry run old'],
    ['lint', 'ruff check', 'pdm run lint'],
    ['cov', 'a && b', 'hatch run cov'],
    ['docs:serve', 'mkdocs serve', 'hatch run docs:serve'],
    ['fmt', 'black .', 'poetry run poe fmt'],
    ['both', 'x && y', 'poetry run poe both'],
    ['go', 'z', 'poetry run task go'],
  ]);
});

test('a name in several files is told apart; the config file comes first, the usual last', async () => {
  const project = await detectProject(
    projectDirectory({
      'go.mod': 'module a\n',
      'package.json': { scripts: { test: 'vitest' } },
      Makefile: 'test:\n\tmake-test\n',
      'devtool-mcp.json': { scripts: { test: 'everything' } },
    }),
  );
  const tests = project.scripts.filter(({ name }) => name.endsWith('test'));
  expect(tests.map(({ name, command }) => [name, command])).toEqual([
    ['test', 'everything'],
    ['package.json:test', 'vitest'],
    ['Makefile:test', 'make-test'],
    ['go:test', 'go test ./...'],
  ]);
});
