/** Which scripts and command lines are servers: `run` waits until these are ready. */
import { expect, test } from 'vitest';
import { runnableScripts } from '../../src/project/detect.ts';
import { isServerCommand, isServerScript } from '../../src/project/server-command.ts';
import { type Files, projectDirectory } from './project-directory.ts';

test.each([
  'vite',
  'vite --port 5173',
  'vite dev',
  'vite preview',
  'next dev -p 3000',
  'next start',
  'nuxt dev',
  'astro dev',
  'ng serve',
  'webpack serve --port 9000',
  'webpack-dev-server',
  'react-scripts start',
  'storybook dev -p 6006',
  'nodemon src/index.js',
  'PORT=3000 node server.js',
  'node --watch src/server.ts',
  'tsx watch src/dev-server.ts',
  'npx vite',
  'pnpm exec vite',
  'yarn vite',
  'node_modules/.bin/vite',
  'npm run dev',
  'npm start',
  'pnpm --filter web run dev',
  'turbo run dev',
  'cross-env NODE_ENV=development next dev',
  'tsc && vite',
  'concurrently "vite" "tsc -w"',
  'run-p npm:dev npm:types',
  'python manage.py runserver',
  'python3 -m http.server 8000',
  'uvicorn main:app --reload',
  'uv run uvicorn main:app',
  'flask run',
  '.venv/bin/python -m flask run',
  'fastapi dev main.py',
  'bundle exec rails s',
  'bin/rails server',
  'php artisan serve',
  'php -S localhost:8000 -t public',
  './gradlew bootRun',
  'mvn spring-boot:run',
  'dotnet watch',
  'go run ./cmd/server',
  'deno serve main.ts',
  'docker compose up',
])('a server: %s', (line) => expect(isServerCommand(line)).toBe(true));

test.each([
  '',
  'vite build',
  'vite build --watch',
  'vitest',
  'next build',
  'ng build',
  'webpack',
  'tsc --watch',
  'npm test',
  'npm run build',
  'npm ci',
  'node build.js',
  'node --test test/server.js',
  'echo vite',
  'eslint src/server.ts',
  'rm -rf server',
  'python -m pytest',
  'go test ./server',
  'go run .',
  'cargo test',
  'constructor',
  '__proto__ toString',
  'php artisan migrate',
])('no server: %s', (line) => expect(isServerCommand(line)).toBe(false));

test.each([
  ['dev', 'x', true],
  ['start', 'x', true],
  ['dev:web', 'x', true],
  ['preview', 'x', true],
  ['devtools', 'x', false],
  ['build', 'vite build', false],
  ['restart', 'x', false],
  ['anything', 'vite', true],
])('script %s: %s', (name, command, expected) => expect(isServerScript(name, command)).toBe(expected));

test.each([
  ['gin', { 'go.mod': 'module a\nrequire github.com/gin-gonic/gin v1\n', 'main.go': '' }, true],
  ['net/http', { 'go.mod': 'module a\n', 'main.go': 'import "net/http"' }, true],
  ['a tool', { 'go.mod': 'module a\n', 'main.go': 'import "fmt"' }, false],
  ['axum', { 'Cargo.toml': '[dependencies]\naxum = "1"\n', 'src/main.rs': '' }, true],
  ['a console program', { 'A.csproj': '<Project Sdk="Microsoft.NET.Sdk">' }, false],
] as [string, Files, boolean][])('the usual run of %s', (_name, files, expected) => {
  expect(runnableScripts(projectDirectory(files)).find(({ name }) => name === 'run')?.server).toBe(expected);
});

test('a line of any length is judged at once', () => {
  expect(isServerCommand(`${'a='.repeat(500_000)} vite`)).toBe(false);
  expect(isServerCommand('- '.repeat(500_000))).toBe(false);
});
