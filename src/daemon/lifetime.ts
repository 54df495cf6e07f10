/** How long things live: a project's processes some time beyond its last client, the daemon some time beyond everything. */
import { sep } from 'node:path';

export interface LifetimeLimits {
  /** After a project's last client has left. */
  readonly projectIdleMs: number;
  /** Without clients and live processes. */
  readonly idleMs: number;
}

export interface LifetimeParts {
  readonly limits: LifetimeLimits;
  after(ms: number, run: () => void): { cancel(): void };
  /** Directories that have live processes. */
  livePaths(): readonly string[];
  /** Nobody has worked in or around `path` for `projectIdleMs`. */
  onAbandoned(path: string): void;
  onIdle(): void;
}

export interface Lifetime {
  /** A client that works in `cwd`; the function returned says that it has left. */
  joined(cwd: string): () => void;
  readonly clients: number;
  end(): void;
}

/** Between two looks at what has been left alone: a fraction of the shortest limit. */
const LOOKS_PER_LIMIT = 10;

export function createLifetime({ limits, after, livePaths, onAbandoned, onIdle }: LifetimeParts): Lifetime {
  const cwds = new Map<symbol, string>();
  const abandonedFor = new Map<string, number>();
  const everyMs = Math.max(
    1,
    Math.min(limits.projectIdleMs, limits.idleMs, 60_000 * LOOKS_PER_LIMIT) / LOOKS_PER_LIMIT,
  );
  let idleFor = 0;
  let timer = after(everyMs, look);

  function look(): void {
    timer = after(everyMs, look);
    const live = new Set(livePaths());
    for (const path of abandonedFor.keys()) if (!live.has(path)) abandonedFor.delete(path);
    for (const path of live) {
      const attended = [...cwds.values()].some((cwd) => isSameProject(cwd, path));
      const alone = attended ? 0 : (abandonedFor.get(path) ?? 0) + everyMs;
      abandonedFor.set(path, alone);
      if (alone >= limits.projectIdleMs) onAbandoned(path);
    }
    idleFor = cwds.size === 0 && live.size === 0 ? idleFor + everyMs : 0;
    if (idleFor >= limits.idleMs) onIdle();
  }

  return {
    joined(cwd) {
      const key = Symbol(cwd);
      cwds.set(key, cwd);
      idleFor = 0;
      return () => cwds.delete(key);
    },
    get clients() {
      return cwds.size;
    },
    end: () => timer.cancel(),
  };
}

/** A client in a directory attends what runs there, below it and above it. */
export function isSameProject(cwd: string, path: string): boolean {
  const inside = (inner: string, outer: string) =>
    inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : outer + sep);
  return inside(cwd, path) || inside(path, cwd);
}
