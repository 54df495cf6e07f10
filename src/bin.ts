/** argv → front or command line; nothing else. CommonJS, and the front imports no package: this is what a client's start-up waits for. */
import { readFileSync } from 'node:fs';
import { connectDaemon } from './front/connect.ts';
import { runFront } from './front/pipe.ts';
import { daemonCommand } from './front/start-daemon.ts';
import { environmentOf } from './home/environment.ts';
import type { FirstAnswers } from './home/first-answers.ts';
import { localHome } from './home/local-home.ts';

const [command] = process.argv.slice(2);
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

function front(): void {
  const home = localHome(process.env);
  const env = environmentOf(process.env);
  const hello = { version: __VERSION__, cwd: workingDirectory(), pid: process.pid, env, role: 'front' } as const;
  if (process.stdin.isTTY) process.stderr.write(`${TERMINAL_HINT}\n`);
  runFront({
    stdin: process.stdin,
    stdout: process.stdout,
    connect: async (starting) => {
      const { socket } = await connectDaemon({
        home,
        hello,
        daemonCommand: daemonCommand(`${__dirname}/daemon.js`),
        starting,
      });
      return socket;
    },
    firstAnswers,
    parentPid: () => process.ppid,
    onSignal: (end) => {
      for (const signal of SIGNALS) process.on(signal, end);
    },
    exit: (code) => process.exit(code),
  });
}

/** Without the build's file the daemon answers. */
function firstAnswers(): FirstAnswers | null {
  try {
    return JSON.parse(readFileSync(`${__dirname}/first-answers.json`, 'utf8'));
  } catch {
    return null;
  }
}

/** A directory that was removed under us has no name any more. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return '/';
  }
}

const TERMINAL_HINT = `devtool-mcp speaks MCP on stdio, for a client to start. In a client's configuration:
  {"mcpServers": {"devtool-mcp": {"command": "node", "args": [${JSON.stringify(__filename)}]}}}
From the shell, see: devtool-mcp help`;

if (command === undefined || command === 'mcp') front();
else if (command === 'daemon' && process.argv[3] === 'run') void import('./daemon.js' as string);
else void import('./cli.js' as string);
