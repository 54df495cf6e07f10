// A front over stdio for the bars: raw JSON-RPC lines, nothing between the figure and the program.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const BIN = join(ROOT, 'dist/bin.cjs');
export const PROGRAMS = join(ROOT, 'test/programs');

/** A home and project of their own, in a directory that is removed at the end. */
export function scratch() {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'dtm-bar-')));
  return {
    directory,
    home: join(directory, 'home'),
    // What was just ended may have a last word for its cache.
    remove: () => rmSync(directory, { recursive: true, force: true, maxRetries: 10 }),
  };
}

export function environment(home, extra = {}) {
  const own = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('DEVTOOL_MCP_')));
  return { ...own, DEVTOOL_MCP_HOME: home, ...extra };
}

/** Starts a front; resolves when it has answered `initialize`. */
export async function openFront({ home, cwd, env = {}, command = [process.execPath, BIN] }) {
  const child = spawn(command[0], command.slice(1), {
    cwd,
    env: environment(home, env),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const pending = new Map();
  let lastId = 0;
  const impure = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    let message;
    try {
      message = JSON.parse(line);
    } catch {
      impure.push(line);
      return;
    }
    pending.get(message.id)?.(message);
    pending.delete(message.id);
  });
  child.stdin.on('error', () => {});
  const exited = new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })));
  exited.then(() => {
    for (const settle of pending.values()) settle({ error: { message: 'the front has ended' } });
  });
  const request = (method, params) =>
    new Promise((resolve) => {
      lastId += 1;
      pending.set(lastId, resolve);
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: lastId, method, params })}\n`);
    });
  const front = {
    child,
    impure,
    exited,
    request,
    /** `{data, text, isError}` of a tool call, or `{error}`. */
    async call(name, args = {}) {
      const { result, error } = await request('tools/call', { name, arguments: args });
      if (error !== undefined) return { error, isError: true, data: {}, text: error.message };
      return {
        data: result.structuredContent ?? {},
        text: result.content?.[0]?.text ?? '',
        isError: result.isError === true,
      };
    },
    async close() {
      child.stdin.end();
      await exited;
    },
  };
  const { error } = await request('initialize', {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'bar', version: '1' },
  });
  if (error !== undefined) throw new Error(error.message);
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })}\n`);
  return front;
}

/** Pids, alive and no zombies, whose environment holds `text`. */
export function pidsWith(text) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid && isAlive(pid) && read(`/proc/${pid}/environ`).includes(text));
}

export function isAlive(pid) {
  const stat = read(`/proc/${pid}/stat`);
  return stat !== '' && !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
}

const read = (path) => {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
};

export async function until(what, condition, withinMs = 20_000) {
  const end = performance.now() + withinMs;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`never came about: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export const quantile = (values, q) =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ?? Number.NaN;
export const median = (values) => quantile(values, 0.5);

/** A seeded generator (mulberry32), so that a run can be repeated. */
export function random(seed) {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
