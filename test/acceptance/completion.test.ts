/** Completion as bash asks for it, with ids from a daemon that runs and with none. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cli } from './command-line.ts';
import { ownEnvironment, type World, world } from './harness.ts';

/** Each line with the word that readline would replace. */
async function bash(place: World, lines: readonly (readonly [string, string])[]): Promise<string[]> {
  const { stdout: script } = await cli(place, 'completion', 'bash');
  const asked = lines.map(
    ([line, word]) =>
      `COMP_LINE='${line}'; COMP_POINT=\${#COMP_LINE}; _devtool_mcp devtool-mcp '${word}'; echo "\${COMPREPLY[*]}"`,
  );
  const env = { ...ownEnvironment(), DEVTOOL_MCP_HOME: place.home };
  const child = spawn('bash', ['--norc', '-c', `${script}\n${asked.join('\n')}`], { cwd: place.project, env });
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  await once(child, 'close');
  return stdout.split('\n').slice(0, -1);
}

test('commands and values without a daemon, which is not started; ids from one that runs', async () => {
  const place = await world();
  expect(
    await bash(place, [
      ['devtool-mcp pro', 'pro'],
      ['devtool-mcp proc output stream=std', 'std'],
      ['devtool-mcp proc stop process_id=', ''],
    ]),
  ).toEqual(['proc proxy proxylog', 'stdout stderr', '']);
  expect(existsSync(place.home)).toBe(false);
  const session = await place.connect();
  await session.ok('run', { command: 'sleep', args: ['60'], id: '@app/web:1' });
  expect(
    await bash(place, [
      ['devtool-mcp proc stop process_id=', ''],
      ['devtool-mcp proc stop process_id=@app/web:', ''],
    ]),
  ).toEqual(['@app/web:1', '1']);
  // As readline gives them: what is replaced begins behind a break or a quote.
  await place.write('package.json', JSON.stringify({ scripts: { 'a b:c d': 'true', 'a b:c e': 'true' } }));
  expect(
    await bash(place, [
      ['devtool-mcp run script_name=a', 'a'],
      [String.raw`devtool-mcp run script_name=a\ b:c\ d`, String.raw`c\ d`],
      ['devtool-mcp run script_name="a b:c ', 'a b:c '],
    ]),
  ).toEqual([String.raw`a\ b:c\ d a\ b:c\ e`, String.raw`c\ d`, 'a b:c d a b:c e']);
});

test.each(['bash', 'zsh', 'fish'])('the script for %s asks this very program', async (shell) => {
  const place = await world();
  const { code, stdout } = await cli(place, 'completion', shell);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^[^\n]*'[^']+' '[^']*\/dist\/bin\.cjs' __complete/m);
});
