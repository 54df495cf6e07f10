/** ProxyManager: every proxy of the daemon, by project and id. Lives in the control thread; each proxy has a worker of its own. */
import { lastEntryId } from './entry-ids.ts';
import { ManagedProxy, type ProxyRequest, type ProxyView } from './managed-proxy.ts';
import { type OwnAnswer, ownExchange } from './own-exchange.ts';
import type { OwnRequest } from './own-request.ts';
import { type PageRun, runInPage } from './page-run.ts';
import type { RunEnd } from './page-runs.ts';
import { isBlockedPort } from './port.ts';
import {
  blockedPort,
  otherTarget,
  pointsAtItself,
  portOfTarget,
  shuttingDown,
  stoppedMeanwhile,
  tooManyProxies,
} from './proxy-faults.ts';
import { ProxyWorkers, type ProxyWorkersParts, type WorkerLimits } from './proxy-workers.ts';
import { resolveProxy } from './resolve-proxy.ts';
import type { ProxyPool } from './shared-memory.ts';
import type { TargetSpec } from './spec.ts';
import { parseTarget } from './target.ts';

export interface ProxyManagerParts extends ProxyWorkersParts {
  readonly pool: ProxyPool;
  /** A word that nobody else has. */
  readonly newTag: () => string;
  readonly iso: (micros: number) => string;
  /** A proxy has come or gone. */
  readonly changed: () => void;
}

export interface ProxyLimits extends WorkerLimits {
  readonly proxies: number;
}

export const PROXY_LIMITS: ProxyLimits = { proxies: 16, crashes: 5, windowMs: 60_000, ports: 200, closeMs: 1_000 };

export class ProxyManager {
  readonly #parts: ProxyManagerParts;
  readonly #limits: ProxyLimits;
  readonly #entries = new Set<ManagedProxy>();
  readonly #workers: ProxyWorkers;
  #isEnding = false;

  constructor(parts: ProxyManagerParts, limits: ProxyLimits = PROXY_LIMITS) {
    this.#parts = parts;
    this.#limits = limits;
    this.#workers = new ProxyWorkers(parts, limits, (proxy) => this.#entries.has(proxy));
  }

  /** A live id with the same target is returned. Throws `already_exists`, `limit`, `port_in_use`, `start_failed`, `invalid_argument`. */
  async start(request: ProxyRequest): Promise<{ proxy: ManagedProxy; reused: boolean }> {
    const present = this.get(request.path, request.id);
    if (present !== null && present.state !== 'failed') {
      if (!isSame(present, request)) throw otherTarget(request.id, present.target.url, request.target.url);
      await present.launched;
      return { proxy: present, reused: true };
    }
    if (present !== null) await this.stop(present);
    this.#check(request);
    const proxy = new ManagedProxy(request, this.#parts.pool.take(), this.#parts.newTag());
    this.#entries.add(proxy);
    this.#parts.changed();
    try {
      proxy.launched = this.#workers.launch(proxy);
      await proxy.launched;
    } catch (error) {
      const isOurs = this.#entries.has(proxy);
      await this.stop(proxy);
      throw isOurs ? error : stoppedMeanwhile(proxy.id);
    }
    return { proxy, reused: false };
  }

  /** Ends it and forgets it, with its log. */
  async stop(proxy: ManagedProxy): Promise<void> {
    if (!this.#entries.delete(proxy)) return;
    proxy.state = 'stopped';
    this.#parts.changed();
    await this.#workers.end(proxy);
    proxy.retire();
    this.#parts.pool.give(proxy.memory);
  }

  /** A new worker on the same port; the log stays. Throws as start does, and leaves it `failed` then. */
  async restart(proxy: ManagedProxy): Promise<void> {
    if (this.#isEnding) throw shuttingDown();
    await this.#workers.restart(proxy);
  }

  /** New exchanges go there; `process_id` that it follows has moved, for one. */
  async setTarget(proxy: ManagedProxy, target: TargetSpec): Promise<void> {
    this.#checkTarget(proxy.id, target);
    proxy.target = target;
    // A worker that is lost meanwhile is followed by one that begins with it.
    await proxy.link?.call<'retarget'>({ call: 'retarget', target }).catch(() => null);
  }

  /** Puts what the proxy's rules now are into force; resolves when they are. A worker that is lost meanwhile hands them to the next. */
  async shape(proxy: ManagedProxy): Promise<void> {
    const update = proxy.rules.update(this.now());
    const leaving = proxy.rules.takeLeaving();
    await proxy.link?.call<'shape'>({ call: 'shape', ...update }).catch((error: Error) => {
      if (proxy.link !== null && proxy.state === 'running') throw error;
    });
    proxy.rules.free(leaving);
  }

  /** Throws `invalid_argument` for a target that would be a loop. */
  checkTargetOf(proxy: ManagedProxy, url: string): void {
    this.#checkTarget(proxy.id, { url, verifyTls: null });
  }

  /** Runs code in a page, which its log tells; `timeout` when it does not answer in time, `gone` when it is not open. */
  exec(proxy: ManagedProxy, run: Omit<PageRun, 'run'>): Promise<RunEnd> {
    const { newTag, clock } = this.#parts;
    return runInPage(proxy, { ...run, run: newTag() }, clock);
  }

  /** Sends a request to the proxy itself, which records it like any; it carries the mark of no page. */
  send(proxy: ManagedProxy, request: OwnRequest): Promise<OwnAnswer> {
    return ownExchange(proxy, request, this.#parts.newTag(), this.lastEntry(), this.#parts.clock);
  }

  get(path: string, id: string): ManagedProxy | null {
    return this.list(path).find((proxy) => proxy.id === id) ?? null;
  }

  /** In the order in which they were started; `path` null: of all projects. */
  list(path: string | null): ManagedProxy[] {
    return [...this.#entries].filter((proxy) => path === null || proxy.path === path);
  }

  /** In `path` itself, then in the nearest directory above, then if it is the only one of that name; else `ambiguous` or `not_found`. */
  resolve(id: string, path: string): ManagedProxy {
    return resolveProxy(id, path, this.list(null));
  }

  /** Microseconds on the daemon's clock. */
  now(): number {
    return this.#parts.clock.micros();
  }

  /** Id of the last log entry of any proxy. */
  lastEntry(): number {
    return lastEntryId(this.#parts.ids);
  }

  view(proxy: ManagedProxy): ProxyView {
    return proxy.view(this.#parts.clock.micros(), this.#parts.iso);
  }

  /** Refuses new ones, then ends all in parallel. */
  async shutdown(): Promise<void> {
    this.#isEnding = true;
    await Promise.allSettled(this.list(null).map((proxy) => this.stop(proxy)));
  }

  #check(request: ProxyRequest): void {
    if (this.#isEnding) throw shuttingDown();
    if (this.#entries.size >= this.#limits.proxies) throw tooManyProxies(this.#limits.proxies);
    if (request.port !== null && isBlockedPort(request.port)) throw blockedPort(request.port);
    this.#checkTarget(request.id, request.target, request.port);
  }

  /** A proxy of a proxy of ours would be a loop, or tell everything twice. */
  #checkTarget(id: string, { url }: TargetSpec, port: number | null = null): void {
    const target = parseTarget(url);
    if (!target.loopback) return;
    if (target.port === port) throw portOfTarget(port, url);
    if (this.list(null).some((proxy) => proxy.port === target.port)) throw pointsAtItself(id, url);
  }
}

/** Whether what runs is what is asked for; a port that was not named may be any. */
function isSame(present: ManagedProxy, wanted: ProxyRequest): boolean {
  const { processId, processPath } = present.request;
  const isTarget = wanted.processId !== null && processId === wanted.processId && processPath === wanted.processPath;
  return (isTarget || present.target.url === wanted.target.url) && (wanted.port ?? present.port) === present.port;
}
