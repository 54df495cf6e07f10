/** Real fronts and daemons in a home of their own, and their end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { createLines } from '../../src/home/lines.ts';
import { startTimeOf } from '../../src/home/process-start.ts';
import { until } from './until.ts';

export interface Front {
  readonly child: ChildProcess;
  readonly pid: number;
  /** Everything that came on stdout, line by line; a line that is no JSON would have thrown. */
  readonly heard: readonly Answer[];
  request(method: string, params?: object): Promise<Answer>;
  say(message: object): void;
  /** Resolves with how long the end took from now on, in ms. */
  ended(): Promise<number>;
}

export interface Answer {
  readonly id?: unknown;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: string };
}

export interface FrontOptions {
  readonly version?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Program and leading arguments before the front's own. */
  readonly wrapper?: readonly string[];
  readonly daemon?: string;
}

export async function programs() {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'dtm-front-')));
  const home = join(directory, 'home');
  const [frontProgram, daemonProgram] = [join(directory, 'front.cjs'), join(directory, 'daemon.mjs')];
  await bundle('front-program.ts', frontProgram, 'cjs');
  await bundle('daemon-program.ts', daemonProgram, 'esm');
  const fronts: Front[] = [];

  /** Everything that runs in this home. */
  const ours = () => pidsWith(`DEVTOOL_MCP_HOME=${home}`);
  return {
    directory,
    home,
    ours,
    daemons: () => ours().filter((pid) => commandOf(pid)[1] === daemonProgram),
    open(options: FrontOptions = {}): Front {
      const { version = '1.0.0', cwd = directory, env = {}, wrapper = [], daemon = daemonProgram } = options;
      const [command = '', ...args] = [...wrapper, process.execPath, frontProgram, daemon, version];
      const child = spawn(command, args, {
        cwd,
        env: { ...process.env, DEVTOOL_MCP_HOME: home, ...env },
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const front = frontOf(child);
      fronts.push(front);
      return front;
    },
    async end() {
      for (const { child } of fronts.splice(0))
        if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      for (const pid of ours()) process.kill(pid, 'SIGKILL');
      await until('nothing of ours is left', () => ours().length === 0);
      rmSync(home, { recursive: true, force: true });
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

const bundle = (entry: string, outfile: string, format: 'cjs' | 'esm') =>
  build({
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format,
    target: 'node20',
    logLevel: 'warning',
  });

function frontOf(child: ChildProcess): Front {
  const heard: Answer[] = [];
  const { stdin, stdout, pid = 0 } = child;
  if (stdin === null || stdout === null) throw new Error('a front has pipes');
  stdin.on('error', () => {});
  // Whole lines only: a client that stops reading leaves half a one.
  const lines = createLines(
    Number.POSITIVE_INFINITY,
    (line) => heard.push(JSON.parse(String(line))),
    () => {},
  );
  stdout.on('data', (chunk: Buffer) => lines.push(chunk));
  let lastId = 0;
  const say = (message: object) => stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  return {
    child,
    pid,
    heard,
    say,
    async request(method, params = {}) {
      lastId += 1;
      const id = lastId;
      say({ id, method, params });
      await until(`an answer to ${method}`, () => heard.some((answer) => answer.id === id), 3_000);
      return heard.find((answer) => answer.id === id) ?? {};
    },
    async ended() {
      const begun = performance.now();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      return performance.now() - begun;
    },
  };
}

export function pidsWith(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && read(`/proc/${pid}/environ`).includes(text) && startTimeOf(pid) !== null);
}

const commandOf = (pid: number): readonly string[] => read(`/proc/${pid}/cmdline`).split('\0');

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
