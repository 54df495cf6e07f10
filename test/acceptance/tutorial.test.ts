/** docs/break-your-app.md: every command of it is run, and says what the page says that it does. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BIN, ownEnvironment, ROOT, world } from './harness.ts';

/** Commands in their order, each with the lines that its output has to have. */
function stepsOf(page: string): { commands: string; expected: string[] }[] {
  const blocks = [...page.matchAll(/```(sh|text)\n([\s\S]*?)```/g)].map(([, kind = '', text = '']) => ({ kind, text }));
  const steps: { commands: string; expected: string[] }[] = [];
  for (const { kind, text } of blocks)
    if (kind === 'sh') steps.push({ commands: text, expected: [] });
    else steps.at(-1)?.expected.push(...text.trim().split('\n'));
  return steps;
}

test('break your own app in five minutes', { timeout: 180_000 }, async () => {
  const place = await world();
  cpSync(join(ROOT, 'examples/shop'), place.project, {
    recursive: true,
    filter: (path) => !path.includes('node_modules'),
  });
  symlinkSync(join(ROOT, 'node_modules'), join(place.project, 'node_modules'));
  const session = await place.connect();
  const steps = stepsOf(readFileSync(join(ROOT, 'docs/break-your-app.md'), 'utf8'));
  expect(steps.length).toBe(7);
  const script = [
    `devtool-mcp() { "${process.execPath}" "${BIN}" "$@"; }`,
    ...steps.flatMap(({ commands }, at) => [commands, `echo; echo "== ${at}"`]),
  ].join('\n');
  const shell = spawn('bash', ['-e', '-o', 'pipefail', '-c', script], {
    cwd: place.project,
    env: { ...ownEnvironment(), DEVTOOL_MCP_HOME: place.home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [shell.stdout, shell.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
  const [code] = await once(shell, 'close');
  expect(code, said).toBe(0);
  const parts = said.split(/\n== \d+\n/);
  for (const [at, { expected }] of steps.entries()) for (const words of expected) expect(parts[at]).toContain(words);
  const { data } = await session.ok('proc', { action: 'list' });
  expect(data['active_count']).toBe(0);
});
