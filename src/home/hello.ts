/** The first line each way on the daemon's socket, before MCP begins. */

const ROLES = ['front', 'cli', 'onlooker'] as const;
type Role = (typeof ROLES)[number];

export interface FrontHello {
  readonly version: string;
  readonly cwd: string;
  readonly pid: number;
  readonly env: Readonly<Record<string, string>>;
  /** An onlooker is no client: it keeps nothing running, and replaces no older daemon. */
  readonly role: Role;
}

export interface DaemonHello {
  readonly version: string;
  readonly pid: number;
  readonly epoch: number;
  /** The daemon is older than the caller and idle: it ends, so that the caller's can start. */
  readonly leaving: boolean;
}

export const MOST_HELLO_BYTES = 4 * 1_048_576;

export const helloLine = (hello: FrontHello | DaemonHello): string => `${JSON.stringify({ devtool_mcp: hello })}\n`;

/** Null for anything else than a front's hello. */
export function parseFrontHello(line: string): FrontHello | null {
  const hello = parse(line);
  if (hello === null) return null;
  const { version, cwd, pid, env } = hello;
  const role = ROLES.find((known) => known === hello['role']);
  if (typeof version !== 'string' || typeof cwd !== 'string' || typeof pid !== 'number') return null;
  if (typeof env !== 'object' || env === null || role === undefined) return null;
  const entries = Object.entries(env).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return { version, cwd, pid, env: Object.fromEntries(entries), role };
}

/** Null for anything else than a daemon's hello. */
export function parseDaemonHello(line: string): DaemonHello | null {
  const hello = parse(line);
  if (hello === null) return null;
  const { version, pid, epoch, leaving } = hello;
  if (typeof version !== 'string' || typeof pid !== 'number' || typeof epoch !== 'number') return null;
  return { version, pid, epoch, leaving: leaving === true };
}

function parse(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || !('devtool_mcp' in value)) return null;
    const hello = value.devtool_mcp;
    return typeof hello === 'object' && hello !== null ? { ...hello } : null;
  } catch {
    return null;
  }
}

/** Whether version `a` is newer than `b`: three numbers each, anything else is not newer. */
export function isNewer(a: string, b: string): boolean {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (let part = 0; part < 3; part++) {
    const difference = (left?.[part] ?? Number.NaN) - (right?.[part] ?? Number.NaN);
    if (Number.isNaN(difference)) return false;
    if (difference !== 0) return difference > 0;
  }
  return false;
}
