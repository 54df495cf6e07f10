/** The built program as a client meets it: a front over stdio, a daemon of its own, and a check that nothing is left. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { afterEach, beforeAll, expect } from 'vitest';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const BIN = join(ROOT, 'dist/bin.cjs');
export const PROGRAMS = join(ROOT, 'test/programs');

export interface Result {
  readonly text: string;
  readonly data: Record<string, unknown>;
  readonly isError: boolean;
  readonly meta: Record<string, unknown>;
}

export interface World {
  readonly home: string;
  /** An empty project directory, as a real path. */
  readonly project: string;
  connect(options?: ConnectOptions): Promise<Session>;
  write(name: string, text: string): Promise<string>;
}

export interface ConnectOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  /** Another build of the program. */
  readonly bin?: string;
  readonly versions?: ConstructorParameters<typeof Client>[1];
}

export interface Session {
  readonly client: Client;
  readonly pid: number;
  /** A tool call; never throws for a result that is an error. */
  call(tool: string, parameters?: Record<string, unknown>): Promise<Result>;
  /** As `call`, for results that must be no error. */
  ok(tool: string, parameters?: Record<string, unknown>): Promise<Result>;
  close(): Promise<void>;
}

/** Ends of the worlds of the test that runs. */
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** A home and a project directory of their own; ended and checked after the test. */
export async function world(): Promise<World> {
  const { place, end } = await openWorld();
  ends.push(end);
  return place;
}

/** One session for all tests of a file or of a `describe`, for those that leave it as it was; ended and checked after the last. */
export function sharedSession(): () => Session {
  const shared = sharedWorld();
  return () => shared().session;
}

/** As `sharedSession`, with the place that it works in. */
export function sharedWorld(): () => { readonly place: World; readonly session: Session } {
  let shared: { place: World; session: Session } | undefined;
  beforeAll(async () => {
    const { place, end } = await openWorld();
    shared = { place, session: await place.connect() };
    return end;
  });
  return () => {
    if (shared === undefined) throw new Error('what tests share is there within tests only');
    return shared;
  };
}

async function openWorld(): Promise<{ place: World; end(): Promise<void> }> {
  const directory = await realpath(mkdtempSync(join(tmpdir(), 'dtm-')));
  const home = join(directory, 'home');
  const project = join(directory, 'project');
  await mkdir(project);
  const sessions: Session[] = [];
  const place: World = {
    home,
    project,
    async connect(options = {}) {
      const session = await connect(home, options.cwd ?? project, options);
      sessions.push(session);
      return session;
    },
    async write(name, text) {
      const path = join(project, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
      return path;
    },
  };
  return {
    place,
    async end() {
      // One that a test has closed cannot ask.
      for (const session of [...sessions].reverse())
        if (await session.call('daemon', { action: 'stop' }).catch(() => null)) break;
      await Promise.all(sessions.map((session) => session.close().catch(() => {})));
      const ours = () => pidsWithEnvironment(`DEVTOOL_MCP_HOME=${home}`).filter((pid) => pid !== process.pid);
      await until(`every process of ${home} gone, ${ours().join(' ')}`, () => ours().length === 0);
      if (existsSync(directory)) rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function connect(home: string, cwd: string, options: ConnectOptions): Promise<Session> {
  const client = new Client({ name: 'acceptance', version: '1.0.0' }, options.versions ?? {});
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [options.bin ?? BIN],
    cwd,
    env: { ...ownEnvironment(), DEVTOOL_MCP_HOME: home, ...options.env },
    stderr: 'inherit',
  });
  await client.connect(transport);
  const call = async (tool: string, parameters: Record<string, unknown> = {}): Promise<Result> => {
    const result = await client.callTool({ name: tool, arguments: parameters }, { timeout: 120_000 });
    return asResult(result);
  };
  return {
    client,
    pid: transport.pid ?? 0,
    call,
    async ok(tool, parameters) {
      const result = await call(tool, parameters);
      expect(result.isError, result.text).toBe(false);
      return result;
    },
    close: () => client.close(),
  };
}

/** Without what a daemon around the tests would have left in it. */
export function ownEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(([name]) => !name.startsWith('DEVTOOL_MCP_'));
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function asResult(result: unknown): Result {
  const { content, structuredContent, isError, _meta } = result as {
    content?: { text?: string }[];
    structuredContent?: Record<string, unknown>;
    isError?: boolean;
    _meta?: Record<string, unknown>;
  };
  const text = (content ?? []).map((part) => part.text ?? '').join('\n');
  return {
    text,
    data: structuredContent ?? {},
    isError: isError === true,
    meta: (_meta?.['devtool-mcp'] ?? {}) as Record<string, unknown>,
  };
}

/** Polls until `condition` holds; for what sends no message. */
export async function until(what: string, condition: () => boolean | Promise<boolean>, tries = 500): Promise<void> {
  for (let n = 0; n < tries; n++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`never came about: ${what}`);
}

/** Alive and no zombie. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return false;
  }
}

/** Pids of processes whose environment holds `text`. */
export function pidsWithEnvironment(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(text) && isAlive(pid);
      } catch {
        return false;
      }
    });
}
