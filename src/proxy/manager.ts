/** ProxyManager: every proxy of the daemon, by project and id. Lives in the control thread; each proxy has a worker of its own. */
import { Fault } from '../text/fault.ts';
import { lastEntryId } from './entry-ids.ts';
import { ManagedProxy, type ProxyRequest, type ProxyView } from './managed-proxy.ts';
import { type OwnAnswer, ownExchange } from './own-exchange.ts';
import type { OwnRequest } from './own-request.ts';
import { type PageRun, runInPage } from './page-run.ts';
import type { RunEnd } from './page-runs.ts';
import { isBlockedPort, portsFor } from './port.ts';
import {
  blockedPort,
  cannotListen,
  otherTarget,
  type PortHolder,
  pointsAtItself,
  portInUse,
  shuttingDown,
  stoppedMeanwhile,
  tooManyProxies,
  workerLost,
} from './proxy-faults.ts';
import { resolveProxy } from './resolve-proxy.ts';
import type { ProxyPool } from './shared-memory.ts';
import type { ListenFault, ProxyWorkerData, TargetSpec } from './spec.ts';
import { parseTarget } from './target.ts';
import { ProxyWorkerLink, type ProxyWorkerPort } from './worker-link.ts';

export interface ProxyManagerParts {
  readonly pool: ProxyPool;
  /** One word: the daemon's last entry id. */
  readonly ids: SharedArrayBuffer;
  /** An hrtime in nanoseconds. */
  readonly epoch: bigint;
  readonly clock: { micros(): number; after(ms: number, run: () => void): { cancel(): void } };
  readonly iso: (micros: number) => string;
  /** A word that nobody else has. */
  readonly newTag: () => string;
  readonly startWorker: (data: ProxyWorkerData) => ProxyWorkerPort;
  readonly holders: (port: number) => Promise<readonly PortHolder[]>;
  readonly say: (line: string) => void;
  readonly ports: ProxyPorts;
  /** A proxy has come or gone. */
  readonly changed: () => void;
}

/** Ports that proxies have had, by directory and id. */
export interface ProxyPorts {
  of(path: string, id: string): number | null;
  /** Another directory's proxy has had it, and will come back for it. */
  isElsewhere(path: string, port: number): boolean;
  remember(path: string, id: string, port: number): void;
}

export interface ProxyLimits {
  readonly proxies: number;
  /** Crashes of a worker within `windowMs` after which it is not started again. */
  readonly crashes: number;
  readonly windowMs: number;
  /** Ports tried when none was asked for. */
  readonly ports: number;
  /** For a worker to close its connections, before it is ended. */
  readonly closeMs: number;
}

export const PROXY_LIMITS: ProxyLimits = { proxies: 16, crashes: 5, windowMs: 60_000, ports: 200, closeMs: 1_000 };

const IN_USE = new Set(['EADDRINUSE', 'EACCES']);

export class ProxyManager {
  readonly #parts: ProxyManagerParts;
  readonly #limits: ProxyLimits;
  readonly #entries = new Set<ManagedProxy>();
  readonly #crashes = new WeakMap<ManagedProxy, number[]>();
  #isEnding = false;

  constructor(parts: ProxyManagerParts, limits: ProxyLimits = PROXY_LIMITS) {
    this.#parts = parts;
    this.#limits = limits;
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
      proxy.launched = this.#launch(proxy);
      await proxy.launched;
    } catch (error) {
      const isOurs = this.#entries.has(proxy);
      await this.stop(proxy);
      throw isOurs ? asFault(proxy, error) : stoppedMeanwhile(proxy.id);
    }
    return { proxy, reused: false };
  }

  /** Ends it and forgets it, with its log. */
  async stop(proxy: ManagedProxy): Promise<void> {
    if (!this.#entries.delete(proxy)) return;
    proxy.state = 'stopped';
    this.#parts.changed();
    await this.#endWorker(proxy);
    proxy.retire();
    this.#parts.pool.give(proxy.memory);
  }

  /** A new worker on the same port; the log stays. Throws as start does, and leaves it `failed` then. */
  async restart(proxy: ManagedProxy): Promise<void> {
    await this.#inTurn(proxy, async () => {
      if (this.#isEnding) throw shuttingDown();
      if (!this.#entries.has(proxy)) throw stoppedMeanwhile(proxy.id);
      proxy.state = 'restarting';
      await this.#endWorker(proxy);
      if (!this.#entries.has(proxy)) throw stoppedMeanwhile(proxy.id);
      this.#discount(proxy);
      proxy.restarts += 1;
      await this.#relaunch(proxy);
    });
  }

  /** One launch of a proxy at a time: two workers would want its port and its memory. */
  #inTurn(proxy: ManagedProxy, launch: () => Promise<void>): Promise<void> {
    proxy.launched = proxy.launched.catch(() => {}).then(launch);
    return proxy.launched;
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
    const own = this.list(null).map((proxy) => proxy.port);
    if (target.port === port || own.includes(target.port)) throw pointsAtItself(id, url);
  }

  /** On the port that was asked for, or the first free one. */
  async #launch(proxy: ManagedProxy): Promise<void> {
    const { port } = proxy.request;
    const target = parseTarget(proxy.target.url);
    const ports = port === null ? this.#portsFor(proxy, target.origin) : [port];
    const link = this.#startWorker(proxy);
    let last: { fault: ListenFault; port: number } | null = null;
    for (const wanted of ports) {
      if (target.loopback && wanted === target.port) continue;
      const fault = await link.call<'listen'>({ call: 'listen', addresses: proxy.addresses, port: wanted });
      if (fault === null) {
        this.#listens(proxy, wanted);
        return;
      }
      last = { fault, port: wanted };
      if (!IN_USE.has(fault.code)) break;
    }
    if (last !== null) throw await this.#refusal(proxy, last.port, last.fault);
  }

  /** The one that it had, then what follows from the target, without those that others will come back for. */
  *#portsFor({ path, id }: ManagedProxy, origin: string): Generator<number> {
    const { ports } = this.#parts;
    const had = ports.of(path, id);
    if (had !== null) yield had;
    for (const port of portsFor(origin, this.#limits.ports))
      if (port !== had && !ports.isElsewhere(path, port)) yield port;
  }

  /** On the port that it had. */
  async #relaunch(proxy: ManagedProxy): Promise<void> {
    try {
      const link = this.#startWorker(proxy);
      const fault = await link.call<'listen'>({ call: 'listen', addresses: proxy.addresses, port: proxy.port });
      if (fault !== null) throw await this.#refusal(proxy, proxy.port, fault);
      this.#listens(proxy, proxy.port);
    } catch (error) {
      if (!this.#entries.has(proxy)) throw stoppedMeanwhile(proxy.id);
      proxy.state = 'failed';
      this.#failed(proxy, error instanceof Error ? error.message : String(error));
      await this.#endWorker(proxy);
      throw asFault(proxy, error);
    }
  }

  #listens(proxy: ManagedProxy, port: number): void {
    if (!this.#entries.has(proxy)) throw stoppedMeanwhile(proxy.id);
    proxy.port = port;
    if (proxy.request.port === null) this.#parts.ports.remember(proxy.path, proxy.id, port);
    proxy.state = 'running';
    proxy.startedAt = this.#parts.clock.micros();
  }

  async #refusal(proxy: ManagedProxy, port: number, fault: ListenFault) {
    if (fault.code !== 'EADDRINUSE') return cannotListen(proxy.id, port, fault);
    return portInUse(proxy.id, port, await this.#parts.holders(port).catch(() => []));
  }

  #startWorker(proxy: ManagedProxy): ProxyWorkerLink {
    const { ids, epoch, startWorker } = this.#parts;
    const worker = startWorker({
      segment: proxy.memory.buffer,
      generation: proxy.memory.generation,
      ids,
      epoch,
      target: proxy.target,
      publicUrl: proxy.request.publicUrl,
      loopTag: proxy.loopTag,
      rules: proxy.rules.whole(this.now()),
    });
    proxy.link = new ProxyWorkerLink(worker, {
      failed: (message, micros) => {
        proxy.lastError = { message, micros };
      },
      page: (facts, micros) => proxy.pages.changed(facts, micros),
      pageGone: (page, micros) => {
        proxy.pages.gone(page, micros);
        proxy.runs.gone(page);
      },
      ran: (answer) => proxy.runs.answered(answer),
      lost: (error) => void this.#lost(proxy, error),
    });
    return proxy.link;
  }

  async #endWorker(proxy: ManagedProxy): Promise<void> {
    const { link } = proxy;
    proxy.link = null;
    if (link === null) return;
    this.#pagesLost(proxy);
    const { clock } = this.#parts;
    let timer = { cancel() {} };
    const patience = new Promise<void>((resolve) => {
      timer = clock.after(this.#limits.closeMs, resolve);
    });
    await link.end(patience);
    timer.cancel();
  }

  /** Connections that were closed without having been counted out. */
  #discount({ memory: { counters } }: ManagedProxy): void {
    for (const what of ['activeConnections', 'pages'] as const) counters.add(what, -counters.get(what));
  }

  /** A worker died by itself: another one takes the port, unless that happens again and again. */
  async #lost(proxy: ManagedProxy, error: Error): Promise<void> {
    proxy.link = null;
    this.#pagesLost(proxy);
    this.#parts.say(`proxy ${proxy.id}: ${error.stack ?? error.message}`);
    this.#failed(proxy, error.message);
    if (proxy.state !== 'running' || this.#isEnding || !this.#entries.has(proxy)) return;
    this.#discount(proxy);
    const now = this.#parts.clock.micros();
    const recent = (this.#crashes.get(proxy) ?? []).filter((at) => now - at < this.#limits.windowMs * 1_000);
    this.#crashes.set(proxy, [...recent, now]);
    if (recent.length >= this.#limits.crashes) {
      proxy.state = 'failed';
      return;
    }
    proxy.state = 'restarting';
    proxy.restarts += 1;
    await this.#inTurn(proxy, async () => {
      // Somebody has restarted or stopped it by now.
      if (proxy.state === 'restarting' && proxy.link === null && this.#entries.has(proxy)) await this.#relaunch(proxy);
    }).catch((failed: Error) => this.#parts.say(`proxy ${proxy.id}: ${failed.message}`));
  }

  /** They connect again, to the next worker. */
  #pagesLost(proxy: ManagedProxy): void {
    const { counters } = proxy.memory;
    counters.add('pages', -counters.get('pages'));
    proxy.pages.lost(this.#parts.clock.micros());
    proxy.runs.gone(null);
  }

  #failed(proxy: ManagedProxy, message: string): void {
    proxy.lastError = { message, micros: this.#parts.clock.micros() };
  }
}

const asFault = ({ id }: ManagedProxy, error: unknown): Fault =>
  error instanceof Fault ? error : workerLost(id, error instanceof Error ? error.message : String(error));

/** Whether what runs is what is asked for; a port that was not named may be any. */
function isSame(present: ManagedProxy, wanted: ProxyRequest): boolean {
  const isTarget = wanted.processId !== null && present.request.processId === wanted.processId;
  return (isTarget || present.target.url === wanted.target.url) && (wanted.port ?? present.port) === present.port;
}
