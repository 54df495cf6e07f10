/** Scripts of the files that name tasks: which there are, what they run, and how. */
import { homedir } from 'node:os';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { detectProject, runnableScripts } from '../../src/project/detect.ts';
import { scriptCommand } from '../../src/project/script-command.ts';
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

test('package.json: a name may be anything, and is no option of who runs it', () => {
  const names = ['-x', '--help', 'a b', 'build:web', `q"'`, '$HOME', '*'];
  for (const manager of ['npm', 'pnpm', 'yarn', 'bun']) {
    const scripts = Object.fromEntries(names.map((name) => [name, 'true']));
    const path = projectDirectory({ 'package.json': { packageManager: `${manager}@1`, scripts } });
    const commands = names.map((name) => scriptCommand({ path }, name, ['--y']));
    const dashed = ['-x', '--help'].map((name) => ['run', '--', name, '--y']);
    const others = names.slice(2).map((name) => ['run', name, ...(manager === 'npm' ? ['--'] : []), '--y']);
    expect(commands).toMatchObject([...dashed, ...others].map((args) => ({ command: manager, shell: false, args })));
  }
});

test('Pipfile: a line, or a function that is called', async () => {
  const pipfile = '[packages]\nflask = "*"\n[scripts]\ndev = "flask run --debug"\nseed = {call = "app.db:seed()"}\n';
  const path = projectDirectory({ Pipfile: pipfile });
  expect(runnableScripts(path).filter(({ source }) => source === 'Pipfile')).toMatchObject([
    {
      name: 'dev',
      command: 'flask run --debug',
      server: true,
      invocation: { command: 'pipenv', args: ['run', 'dev'] },
    },
    { name: 'seed', command: 'app.db:seed()', server: false, invocation: { args: ['run', 'seed'] } },
  ]);
  const wrong = projectDirectory({ Pipfile: 'scripts = 1\n' });
  expect((await detectProject(wrong)).problems).toEqual(['Pipfile scripts: is no object of names and commands']);
});

test('project.json of Nx: its targets, by what they run; one without targets is none of its', async () => {
  const project = {
    name: 'shop',
    targets: {
      serve: { executor: '@nx/vite:dev-server', options: { buildTarget: 'shop:build' } },
      build: { executor: '@nx/vite:build' },
      seed: { command: 'node seed.js' },
      all: { executor: 'nx:run-commands', options: { commands: ['one', { command: 'two' }] } },
      watch: { continuous: true, options: { command: 'tsc -w' } },
      odd: 7,
    },
  };
  const path = projectDirectory({ 'project.json': `// a comment\n${JSON.stringify(project)}` });
  const scripts = runnableScripts(path);
  expect(scripts.map(({ name, command, server }) => [name, command, server])).toEqual([
    ['serve', 'nx run shop:serve', true],
    ['build', 'nx run shop:build', false],
    ['seed', 'node seed.js', false],
    ['all', 'one && two', false],
    ['watch', 'tsc -w', true],
    ['odd', 'nx run shop:odd', false],
  ]);
  expect(scripts[0]).toMatchObject({
    source: 'project.json',
    invocation: { command: 'npx', args: ['--no', 'nx', 'run', 'shop:serve'] },
  });
  const other = projectDirectory({ 'project.json': { name: 'x', dependencies: {} } });
  expect(await detectProject(other)).toMatchObject({ scripts: [], problems: [] });
});

test('Docker Compose: services, which are no scripts', async () => {
  const compose =
    'services:\n  db:\n    image: postgres:17\n    ports: ["5432:5432"]\n  web:\n    build: .\n    ports:\n      - {target: 80, published: "8080"}\n      - 9229\n      - {}\n  odd: x\n';
  const path = projectDirectory({ 'compose.yaml': compose, 'docker-compose.yml': 'services: {old: {}}\n' });
  const { services, scripts } = await detectProject(path);
  expect(scripts).toEqual([]);
  expect(services).toEqual([
    { name: 'db', image: 'postgres:17', ports: ['5432:5432'], source: 'compose.yaml' },
    { name: 'web', image: null, ports: ['8080:80', '9229'], source: 'compose.yaml' },
    { name: 'odd', image: null, ports: [], source: 'compose.yaml' },
  ]);
  const many = Array.from({ length: 300 }, (_, at) => `  s${at}: {image: ${'x'.repeat(900)}}`).join('\n');
  const bounded = (await detectProject(projectDirectory({ 'compose.yml': `services:\n${many}\n` }))).services;
  expect([bounded.length, bounded[0]?.image?.length]).toEqual([100, 200]);
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
