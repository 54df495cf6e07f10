/** What kinds of project a directory holds: the original's cases D1-D5, then each ecosystem. */
import { symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { detectProject } from '../../src/project/detect.ts';
import type { Project } from '../../src/project/project.ts';
import { type Files, projectDirectory } from './project-directory.ts';

const FIELDS = [
  'config',
  'frameworks',
  'name',
  'package_manager',
  'path',
  'problems',
  'projects',
  'scripts',
  'services',
  'type',
  'workspaces',
];

const commands = (project: Project): Record<string, string> =>
  Object.fromEntries(project.scripts.map(({ name, command }) => [name, command]));

describe('cases of the original', () => {
  test('D1: a Go module is named after its path', async () => {
    const project = await detectProject(
      projectDirectory({ 'go.mod': 'module example.com/user/myproject\n\ngo 1.24\n' }),
    );
    expect(project).toMatchObject({ type: 'go', name: 'myproject', package_manager: null });
    expect(project.scripts).toContainEqual({ name: 'test', command: 'go test ./...', source: 'usual' });
  });

  test.each([
    ['npm', {}],
    ['npm', { 'package-lock.json': {} }],
    ['pnpm', { 'pnpm-lock.yaml': '' }],
    ['yarn', { 'yarn.lock': '' }],
    ['bun', { 'bun.lockb': new Uint8Array([0, 1]) }],
    ['bun', { 'bun.lock': '{}' }],
    ['pnpm', { 'package-lock.json': {}, 'bun.lock': '', 'yarn.lock': '', 'pnpm-lock.yaml': '' }],
  ] as [string, Files][])('D2: a Node project, by its lock file: %s', async (manager, lock) => {
    const project = await detectProject(
      projectDirectory({ 'package.json': { name: 'my-app', scripts: { dev: 'vite' } }, ...lock }),
    );
    expect(project).toMatchObject({ type: 'node', name: 'my-app', package_manager: manager, problems: [] });
    expect(project.scripts).toEqual([{ name: 'dev', command: 'vite', source: 'package.json' }]);
  });

  test('D3: a Python project by its name, and its linter', async () => {
    const pyproject = '[project]\nname = "my-lib"\n[tool.ruff]\nline-length = 100\n';
    const project = await detectProject(projectDirectory({ 'pyproject.toml': pyproject }));
    expect(project).toMatchObject({ type: 'python', name: 'my-lib', frameworks: ['ruff'] });
    expect(commands(project)).toMatchObject({ lint: 'ruff check .', test: 'python3 -m pytest' });
  });

  test('D3: requirements alone make a Python project', async () => {
    const path = projectDirectory({ 'requirements.txt': 'Flask==3.1  # web\n-r more.txt\n' });
    expect(await detectProject(path)).toMatchObject({ type: 'python', name: basename(path), frameworks: ['flask'] });
  });

  test('D4: an empty directory is unknown, with every field', async () => {
    const path = projectDirectory();
    const project = await detectProject(path);
    expect(Object.keys(project).sort()).toEqual(FIELDS);
    expect(project).toEqual({
      type: 'unknown',
      name: basename(path),
      path,
      package_manager: null,
      frameworks: [],
      scripts: [],
      services: [],
      workspaces: [],
      projects: [],
      config: null,
      problems: [],
    });
  });

  test.each([
    ['a missing path', (path: string) => join(path, 'missing'), 'not_found'],
    ['a file', (path: string) => join(path, 'file'), 'invalid_argument'],
    ['a path through a file', (path: string) => join(path, 'file/below'), 'invalid_argument'],
    ['a NUL', (path: string) => `${path}\0`, 'invalid_argument'],
    ['a loop of links', (path: string) => join(path, 'loop'), 'invalid_argument'],
  ])('D4: %s is refused', async (_name, wrong, code) => {
    const path = projectDirectory({ file: '' });
    symlinkSync('loop', join(path, 'loop'));
    await expect(detectProject(wrong(path))).rejects.toMatchObject({ name: 'ProjectError', code, path: wrong(path) });
  });

  test('D5: several kinds are all told; the type is the first of go, node, python, others', async () => {
    const files = {
      'Cargo.toml': '[package]\nname = "core"\n',
      'requirements.txt': 'fastapi\n',
      'package.json': { name: 'web', dependencies: { vue: '3' } },
      'go.mod': 'module example.com/api\n',
    };
    const project = await detectProject(projectDirectory(files));
    expect(project).toMatchObject({ type: 'go', name: 'api', package_manager: 'npm', frameworks: ['vue', 'fastapi'] });
    expect(project.projects.map(({ type, name }) => [type, name])).toEqual([
      ['go', 'api'],
      ['node', 'web'],
      ['python', basename(project.path)],
      ['rust', 'core'],
    ]);
  });
});

test('a link to a directory is answered with the real path', async () => {
  const path = projectDirectory({ 'real/go.mod': 'module a\n' });
  symlinkSync('real', join(path, 'link'));
  expect(await detectProject(join(path, 'link'))).toMatchObject({ path: join(path, 'real'), type: 'go' });
});

test('in one go or with turns in between, the answer is the same', async () => {
  const path = projectDirectory({
    'package.json': { workspaces: ['packages/*'] },
    'packages/a/package.json': { name: 'a' },
    'packages/b/go.mod': 'module b\n',
  });
  const project = await detectProject(path);
  expect(await detectProject(path)).toEqual(project);
  expect(project.workspaces).toHaveLength(2);
});

test('other work gets its turn between the workspaces', async () => {
  const members = Array.from({ length: 50 }, (_, at) => `packages/p${100 + at}/package.json`);
  const path = projectDirectory({
    'package.json': { workspaces: ['packages/*'] },
    ...Object.fromEntries(members.map((member) => [member, {}])),
  });
  let done = false;
  const detected = detectProject(path).finally(() => {
    done = true;
  });
  // Each turn leaves its number in the first and in the last; what is read in one go has one number.
  for (let turn = 0; !done; turn++) {
    for (const member of [members.at(0), members.at(-1)])
      writeFileSync(join(path, member ?? ''), JSON.stringify({ name: String(turn) }));
    await setImmediate();
  }
  const names = (await detected).workspaces.map(({ name }) => Number(name));
  expect(Number(names.at(-1)) - Number(names.at(0))).toBeGreaterThanOrEqual(40);
});

const ECOSYSTEMS: [name: string, files: Files, expected: object, commands: Record<string, string>][] = [
  [
    'go with a framework and several programs',
    {
      'go.mod':
        'module example.com/shop/v2\n\nrequire (\n\tgithub.com/gin-gonic/gin v1.10.0\n\tgithub.com/go-chi/chi v1 // indirect\n)\n',
      'cmd/api/main.go': 'package main',
      'cmd/notes.txt': '',
    },
    { type: 'go', name: 'shop', frameworks: ['gin'] },
    { 'run:api': 'go run ./cmd/api', build: 'go build ./...' },
  ],
  [
    'deno',
    {
      'deno.jsonc':
        '{ // tasks\n "name": "@me/d", "tasks": { "dev": "deno serve main.ts", "all": { "command": "a && b" }, }, "imports": { "hono": "jsr:@hono/hono" } }',
    },
    { type: 'deno', name: '@me/d', frameworks: ['hono'], package_manager: null },
    { dev: 'deno serve main.ts', all: 'a && b', test: 'deno test' },
  ],
  [
    'bun as the runtime',
    { 'package.json': { name: 'b', devDependencies: { '@types/bun': '1' } }, 'bun.lock': '' },
    { type: 'bun', package_manager: 'bun' },
    {},
  ],
  [
    'rust',
    { 'Cargo.toml': '[package]\nname = "srv"\n[dependencies]\naxum = "0.8"\n', 'src/main.rs': '' },
    { type: 'rust', name: 'srv', frameworks: ['axum'] },
    { run: 'cargo run', test: 'cargo test' },
  ],
  [
    'maven with Spring',
    {
      'pom.xml':
        '<project><artifactId>orders</artifactId><parent><artifactId>spring-boot-starter-parent</artifactId></parent></project>',
      mvnw: '',
    },
    { type: 'java', name: 'orders', frameworks: ['spring-boot'] },
    { run: './mvnw spring-boot:run', test: './mvnw test' },
  ],
  [
    'gradle with Spring',
    {
      'build.gradle.kts': 'plugins { id("org.springframework.boot") version "4" }',
      'settings.gradle.kts': 'rootProject.name = "pay"\n',
      gradlew: '',
    },
    { type: 'java', name: 'pay', frameworks: ['spring-boot'] },
    { run: './gradlew bootRun', build: './gradlew build' },
  ],
  ['gradle library', { 'build.gradle': "plugins { id 'java-library' }" }, { type: 'java' }, { test: 'gradle test' }],
  [
    'rails',
    { Gemfile: "source 'https://rubygems.org'\ngem 'rails', '~> 8'\n  gem \"rspec-rails\"\n", 'bin/dev': '' },
    { type: 'ruby', frameworks: ['rails'] },
    { dev: 'bin/dev', server: 'bundle exec rails server', test: 'bundle exec rspec' },
  ],
  [
    'laravel',
    {
      'composer.json': {
        name: 'me/shop',
        require: { 'laravel/framework': '^12' },
        scripts: { dev: ['npx concurrently x', 'y'], 'post-install-cmd': 'z' },
      },
      artisan: '',
    },
    { type: 'php', name: 'me/shop', frameworks: ['laravel'] },
    { dev: 'npx concurrently x && y', serve: 'php artisan serve', test: 'php artisan test' },
  ],
  [
    'aspnet',
    { 'Web.csproj': '<Project Sdk="Microsoft.NET.Sdk.Web"></Project>' },
    { type: 'dotnet', name: 'Web', frameworks: ['aspnet'] },
    { run: 'dotnet run', watch: 'dotnet watch' },
  ],
  [
    'django under uv',
    { 'pyproject.toml': '[project]\nname="d"\ndependencies=["Django>=5"]\n', 'uv.lock': '', 'manage.py': '' },
    { type: 'python', frameworks: ['django'] },
    { runserver: 'uv run python manage.py runserver', test: 'uv run python manage.py test' },
  ],
  [
    'fastapi in a virtual environment',
    { 'requirements.txt': 'fastapi[standard]\n', 'app/main.py': '', '.venv/bin/python': '' },
    { type: 'python', frameworks: ['fastapi'] },
    { serve: '.venv/bin/python -m uvicorn app.main:app --reload' },
  ],
];

test.each(ECOSYSTEMS)('%s', async (_name, files, expected, wanted) => {
  const project = await detectProject(projectDirectory(files));
  expect(project).toMatchObject(expected);
  expect(project.problems).toEqual([]);
  expect(commands(project)).toMatchObject(wanted);
});

test.each([
  ['no program', { 'Cargo.toml': '[workspace]\nmembers = []\n' }, 'run'],
  ['an event of Composer', { 'composer.json': { scripts: { 'post-install-cmd': 'x' } } }, 'post-install-cmd'],
  ['a library', { 'build.gradle': '' }, 'run'],
  ['a solution', { 'All.sln': '' }, 'run'],
])('%s is nothing to run', async (_name, files, script) => {
  expect(commands(await detectProject(projectDirectory(files)))).not.toHaveProperty(script);
});

test('a directory is no file of its name', async () => {
  expect(await detectProject(projectDirectory({ 'package.json/x': '', 'Makefile/x': '' }))).toMatchObject({
    type: 'unknown',
    problems: [],
  });
});
