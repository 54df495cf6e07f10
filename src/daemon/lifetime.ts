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
  /** Directories that have live processes or proxies, those processes aside that outlive their clients by request. */
  livePaths(): readonly string[];
  /** Directories whose abandonment matters though nothing may live there; they keep no daemon alive. */
  attendedPaths(): readonly string[];
  /** After a project's last client has left, if that project says so itself. */
  idleMsOf(path: string): number | null;
  /** Whether a person looks at what runs there: a page is open through a proxy. */
  isWatched(path: string): boolean;
  /** Nobody has worked in or around `path` for `projectIdleMs`. Said again at each look while something lives there. */
  onAbandoned(path: string): void;
  /** Said again at each look until something begins. */
  onIdle(): void;
}

export interface Lifetime {
  /**
   * A client that works in `cwd`, if it has one, and in the directories that its calls have named: `used` may grow while it is there.
   * The function returned says that it has left.
   */
  joined(cwd: string | null, used?: ReadonlySet<string>): () => void;
  readonly clients: number;
  end(): void;
}

interface Client {
  readonly cwd: string | null;
  readonly used: ReadonlySet<string>;
}

/** Looks per shortest limit: what has been left alone ends at most a tenth late. */
const LOOKS_PER_LIMIT = 10;
const LONGEST_PAUSE_MS = 60_000;
const NOTHING: ReadonlySet<string> = new Set();

export function createLifetime(parts: LifetimeParts): Lifetime {
  const { limits, after, livePaths, attendedPaths, idleMsOf, isWatched, onAbandoned, onIdle } = parts;
  const clients = new Set<Client>();
  const abandonedFor = new Map<string, number>();
  let idleFor = 0;
  let pause = pauseFor([limits.projectIdleMs, limits.idleMs]);
  let timer = after(pause, look);

  /** By directory in which something lives or is attended. */
  function limitsOf(live: ReadonlySet<string>): Map<string, number> {
    const minded = new Set([...live, ...attendedPaths()]);
    return new Map([...minded].map((path) => [path, idleMsOf(path) ?? limits.projectIdleMs]));
  }

  const pauseWith = (limitOf: ReadonlyMap<string, number>): number =>
    pauseFor([limits.projectIdleMs, limits.idleMs, ...limitOf.values()]);

  function look(): void {
    const slept = pause;
    const live = new Set(livePaths());
    const limitOf = limitsOf(live);
    for (const path of abandonedFor.keys()) if (!limitOf.has(path)) abandonedFor.delete(path);
    pause = pauseWith(limitOf);
    timer = after(pause, look);
    for (const [path, limit] of limitOf) {
      const attended = isWatched(path) || [...clients].some((client) => attends(client, path));
      const alone = attended ? 0 : (abandonedFor.get(path) ?? 0) + slept;
      abandonedFor.set(path, alone);
      if (alone >= limit) onAbandoned(path);
    }
    idleFor = clients.size === 0 && live.size === 0 ? idleFor + slept : 0;
    if (idleFor >= limits.idleMs) onIdle();
  }

  /** What it leaves may have a shorter limit than any that the pause was chosen for. */
  function leave(client: Client): void {
    if (!clients.delete(client)) return;
    const shorter = pauseWith(limitsOf(new Set(livePaths())));
    if (shorter >= pause) return;
    timer.cancel();
    pause = shorter;
    timer = after(pause, look);
  }

  return {
    joined(cwd, used = NOTHING) {
      const client = { cwd, used };
      clients.add(client);
      idleFor = 0;
      return () => leave(client);
    },
    get clients() {
      return clients.size;
    },
    end: () => timer.cancel(),
  };
}

const pauseFor = (limits: readonly number[]): number =>
  Math.max(1, Math.min(Math.min(...limits) / LOOKS_PER_LIMIT, LONGEST_PAUSE_MS));

const attends = ({ cwd, used }: Client, path: string): boolean =>
  [...(cwd === null ? [] : [cwd]), ...used].some((directory) => isSameProject(directory, path));

/** A client in a directory attends what runs there, below it and above it. */
export function isSameProject(cwd: string, path: string): boolean {
  const inside = (inner: string, outer: string) =>
    inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : outer + sep);
  return inside(cwd, path) || inside(path, cwd);
}
