/**
 * Ports that proxies and scripts have had, by directory and name, over the daemon's restarts: whoever comes again gets its own, and
 * nobody new gets one that another worktree will come back for.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { isBlockedPort, portsFor } from '../proxy/port.ts';
import { writeWhole } from './whole-file.ts';

export interface PortMemory {
  /** Null for one that is not known. */
  of(path: string, name: string): number | null;
  /** Somebody of another directory has had it. */
  isElsewhere(path: string, port: number): boolean;
  remember(path: string, name: string, port: number): void;
  /** A free port for a script: the one that it had, else one that follows from its directory and name. */
  forScript(path: string, name: string): Promise<number>;
}

interface Had {
  readonly path: string;
  readonly name: string;
  readonly port: number;
}

/** Beyond this the ones that were used longest ago are forgotten. */
const MOST = 500;
const TRIES = 200;
const VERSION = 1;
const LOOPBACK = ['127.0.0.1', '::1'];

const keyOf = (path: string, name: string): string => `${path}\0${name}`;
/** No proxy has such an id. */
const scriptName = (name: string): string => `script ${name}`;

export function portMemory(file: string, log: (line: string) => void): PortMemory {
  const known = new Map(read(file, log).map((had) => [keyOf(had.path, had.name), had]));
  let writing: Promise<void> = Promise.resolve();

  function save(): void {
    writing = writing
      .then(() => writeWhole(file, `${JSON.stringify({ version: VERSION, ports: [...known.values()] })}\n`))
      .catch((error: unknown) => log(`ports file: ${String(error)}`));
  }

  const isElsewhere = (path: string, port: number): boolean =>
    [...known.values()].some((had) => had.port === port && had.path !== path);

  function remember(path: string, name: string, port: number): void {
    const key = keyOf(path, name);
    const before = known.get(key);
    known.delete(key);
    known.set(key, { path, name, port });
    for (const oldest of known.keys()) {
      if (known.size <= MOST) break;
      known.delete(oldest);
    }
    if (before?.port !== port) save();
  }

  return {
    of: (path, name) => known.get(keyOf(path, name))?.port ?? null,
    isElsewhere,
    remember,
    async forScript(path, script) {
      const name = scriptName(script);
      const had = known.get(keyOf(path, name))?.port;
      const others = new Set(
        [...known.values()].filter((one) => one.path !== path || one.name !== name).map(({ port }) => port),
      );
      for (const port of [...(had === undefined ? [] : [had]), ...portsFor(keyOf(path, script), TRIES)]) {
        if ((port !== had && others.has(port)) || !(await isFree(port))) continue;
        remember(path, name, port);
        return port;
      }
      throw new Error(`${TRIES} ports from ${had ?? 'the first'} on are taken`);
    },
  };
}

/** A damaged file is an empty one; of a directory that is gone nothing is remembered. */
function read(file: string, log: (line: string) => void): Had[] {
  try {
    const state: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const ports: unknown = typeof state === 'object' && state !== null ? Reflect.get(state, 'ports') : null;
    return (Array.isArray(ports) ? ports : []).filter(isHad).filter(({ path }) => existsSync(path));
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!isMissing) log(`ports file, ${file}, is not used: ${String(error)}`);
    return [];
  }
}

function isHad(value: unknown): value is Had {
  if (typeof value !== 'object' || value === null) return false;
  const port: unknown = Reflect.get(value, 'port');
  const isPort = typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536;
  return (
    isPort && !isBlockedPort(port) && ['path', 'name'].every((name) => typeof Reflect.get(value, name) === 'string')
  );
}

/** On both loopback addresses; a machine without ::1 has only the other. */
async function isFree(port: number): Promise<boolean> {
  for (const host of LOOPBACK) if (!(await canListen(host, port))) return false;
  return true;
}

function canListen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve('code' in error && error.code !== 'EADDRINUSE' && error.code !== 'EACCES'));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
