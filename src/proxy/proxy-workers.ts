/** Workers of proxies: started on their proxy's port, ended with patience, and followed by another when they are lost. */
import { Fault } from '../text/fault.ts';
import type { ManagedProxy } from './managed-proxy.ts';
import { portsFor } from './port.ts';
import { cannotListen, type PortHolder, portInUse, stoppedMeanwhile, workerLost } from './proxy-faults.ts';
import type { ListenFault, ProxyWorkerData } from './spec.ts';
import { parseTarget } from './target.ts';
import { ProxyWorkerLink, type ProxyWorkerPort } from './worker-link.ts';

export interface ProxyWorkersParts {
  /** One word: the daemon's last entry id. */
  readonly ids: SharedArrayBuffer;
  /** An hrtime in nanoseconds. */
  readonly epoch: bigint;
  readonly clock: { micros(): number; after(ms: number, run: () => void): { cancel(): void } };
  readonly startWorker: (data: ProxyWorkerData) => ProxyWorkerPort;
  readonly holders: (port: number) => Promise<readonly PortHolder[]>;
  readonly say: (line: string) => void;
  readonly ports: ProxyPorts;
}

/** Ports that proxies have had, by directory and id. */
export interface ProxyPorts {
  of(path: string, id: string): number | null;
  /** Another directory's proxy has had it, and will come back for it. */
  isElsewhere(path: string, port: number): boolean;
  remember(path: string, id: string, port: number): void;
}

export interface WorkerLimits {
  /** Crashes of a worker within `windowMs` after which it is not started again. */
  readonly crashes: number;
  readonly windowMs: number;
  /** Ports tried when none was asked for. */
  readonly ports: number;
  /** For a worker to close its connections, before it is ended. */
  readonly closeMs: number;
}

const IN_USE = new Set(['EADDRINUSE', 'EACCES']);

export class ProxyWorkers {
  readonly #parts: ProxyWorkersParts;
  readonly #limits: WorkerLimits;
  /** Nobody has stopped it. */
  readonly #isKept: (proxy: ManagedProxy) => boolean;
  readonly #crashes = new WeakMap<ManagedProxy, number[]>();

  constructor(parts: ProxyWorkersParts, limits: WorkerLimits, isKept: (proxy: ManagedProxy) => boolean) {
    this.#parts = parts;
    this.#limits = limits;
    this.#isKept = isKept;
  }

  /** On the port that was asked for, or the first free one. */
  async launch(proxy: ManagedProxy): Promise<void> {
    try {
      await this.#listen(proxy);
    } catch (error) {
      throw asFault(proxy, error);
    }
  }

  async #listen(proxy: ManagedProxy): Promise<void> {
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

  /** On the port that it had. Throws as launch() does, and leaves it `failed` then. */
  async restart(proxy: ManagedProxy): Promise<void> {
    await this.#inTurn(proxy, async () => {
      if (!this.#isKept(proxy)) throw stoppedMeanwhile(proxy.id);
      proxy.state = 'restarting';
      await this.end(proxy);
      if (!this.#isKept(proxy)) throw stoppedMeanwhile(proxy.id);
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
      if (!this.#isKept(proxy)) throw stoppedMeanwhile(proxy.id);
      proxy.state = 'failed';
      this.#failed(proxy, error instanceof Error ? error.message : String(error));
      await this.end(proxy);
      throw asFault(proxy, error);
    }
  }

  #listens(proxy: ManagedProxy, port: number): void {
    if (!this.#isKept(proxy)) throw stoppedMeanwhile(proxy.id);
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
    const { ids, epoch, startWorker, clock } = this.#parts;
    const worker = startWorker({
      segment: proxy.memory.buffer,
      generation: proxy.memory.generation,
      ids,
      epoch,
      target: proxy.target,
      publicUrl: proxy.request.publicUrl,
      loopTag: proxy.loopTag,
      rules: proxy.rules.whole(clock.micros()),
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

  /** It has a while to close its connections. */
  async end(proxy: ManagedProxy): Promise<void> {
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
    if (proxy.state !== 'running' || !this.#isKept(proxy)) return;
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
      if (proxy.state === 'restarting' && proxy.link === null && this.#isKept(proxy)) await this.#relaunch(proxy);
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
