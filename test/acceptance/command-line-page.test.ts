/** docs/command-line.md: each command of its blocks is run, in its order. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BIN, ownEnvironment, ROOT, world } from './harness.ts';

/** Those that go on until they are stopped. */
const GOES_ON = /^devtool-mcp (?:up|watch)\b/;

const commandsOf = (text: string): string[] =>
  [...text.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, block = '']) => block.trim().split('\n'));

interface Ran {
  readonly code: number | null;
  readonly heard: string;
}

function start(command: string, home: string): ChildProcess {
  const program = `'${process.execPath}' '${BIN}'`;
  const line = GOES_ON.test(command) ? command.replace('devtool-mcp', `exec ${program}`) : command;
  return spawn('bash', ['--norc', '-c', `devtool-mcp() { ${program} "$@"; }\n${line}`], {
    cwd: join(ROOT, 'examples/shop'),
    env: { ...ownEnvironment(), DEVTOOL_MCP_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function run(command: string, home: string): Promise<Ran> {
  const child = start(command, home);
  const closed = once(child, 'close');
  let heard = '';
  let isStopped = !GOES_ON.test(command);
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      heard += chunk.toString();
      // `up` has said what it starts, `watch` what it has seen.
      if (!isStopped) isStopped = child.kill('SIGINT');
    });
  // Until it is heard of: `watch` begins at some time of its own.
  for (let tries = 0; command.startsWith('devtool-mcp watch') && !isStopped && tries < 20; tries++)
    await once(start('devtool-mcp run id=crash command=false', home), 'close');
  const [code]: (number | null)[] = await closed;
  return { code: code ?? null, heard };
}

test('every command of the page works as it is written', async () => {
  const { home } = await world();
  const commands = commandsOf(readFileSync(join(ROOT, 'docs/command-line.md'), 'utf8'));
  expect(commands.length).toBeGreaterThan(25);
  for (const command of commands) {
    const { code, heard } = await run(command, home);
    expect({ command, code, heard }).toMatchObject({ command, code: 0 });
  }
}, 400_000);
