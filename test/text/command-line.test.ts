import { describe, expect, test } from 'vitest';
import { portOfCommand } from '../../src/text/command-line.ts';

describe('portOfCommand', () => {
  test.each([
    ['next dev -p 3000', 3000],
    ['next dev -p3000', 3000],
    ['vite --port 5173', 5173],
    ['vite --port=5173', 5173],
    ["vite --port '5173'", 5173],
    ['npm run dev -- -p 4000', 4000],
    ['server --host localhost:8080', 8080],
    ['server --host=localhost:8080', 8080],
    ['vite --host 0.0.0.0 --port 5173', 5173],
    ['PORT=3000 node server.js', 3000],
    ['cross-env NODE_ENV=test PORT=3000 node server.js', 3000],
    ['PORT=3000 vite --port 5173', 5173],
    ['webpack serve --port 9000', 9000],
    ['serve -l 3000', 3000],
    ['serve -l tcp://0.0.0.0:3000', 3000],
    ['python -m http.server 8000', 8000],
    ['python manage.py runserver 0.0.0.0:8000', 8000],
    ['php -S localhost:8000 -t public', 8000],
    ['gunicorn -b :8000 app', 8000],
    ['docker run -p 8080:80 nginx', 8080],
    ['dotnet run --urls http://localhost:5000', 5000],
    ['next dev', null],
    ['go run main.go', null],
    ['mkdir -p dist', null],
    ['tsc -p tsconfig.json', null],
    ['vite --port 0', null],
    ['vite --port 99999', null],
    ['node server.js --port', null],
    ['REPORT=3000 node x', null],
    ['', null],
  ])('%j', (command, port) => {
    expect(portOfCommand(command)).toBe(port);
    expect(portOfCommand(command.replaceAll("'", '').split(' '))).toBe(port);
  });
});
