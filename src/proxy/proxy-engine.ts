/** A proxy as its worker runs it: listens, keeps route and time, counts. */
import { networkInterfaces } from 'node:os';
import { parseAuthority } from './authority.ts';
import { type Dial, dialer } from './dial.ts';
import type { ExchangeTap } from './exchange-tap.ts';
import { CONNECTION_LIMITS, type ConnectionLimits } from './limits.ts';
import type { Route } from './request-head.ts';
import { ProxyServer } from './server.ts';
import type { ProxyMemory } from './shared-memory.ts';
import type { ListenFault, ListenSpec, TargetSpec } from './spec.ts';
import type {
  Documents,
  Observers,
  PageClient,
  PageDoor,
  Shaping,
  Surroundings,
  TrafficCounter,
} from './surroundings.ts';
import { parseTarget } from './target.ts';

export interface EngineParts {
  readonly memory: ProxyMemory;
  readonly target: TargetSpec;
  readonly publicUrl: string | null;
  readonly loopTag: string;
  readonly tap: ExchangeTap;
  readonly observers: Observers;
  readonly documents: Documents | null;
  readonly page: PageDoor | null;
  readonly client: PageClient;
  readonly limits?: ConnectionLimits;
  failed(message: string): void;
}

const PROBE_MS = 1_000;
const WILDCARDS = new Set(['0.0.0.0', '::']);

export class ProxyEngine implements Surroundings {
  readonly tap: ExchangeTap;
  readonly observers: Observers;
  readonly documents: Documents | null;
  readonly page: PageDoor | null;
  readonly client: PageClient;
  route: Route;
  dial: Dial;
  shaping: Shaping | null = null;
  now = 0;
  readonly #parts: EngineParts;
  readonly #server: ProxyServer;
  /** Bytes not yet in the shared counters: adding there at every chunk would cost more than the chunk. */
  readonly #uncounted = { bytesReceived: 0, bytesSent: 0 };

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.tap = parts.tap;
    this.observers = parts.observers;
    this.documents = parts.documents;
    this.page = parts.page;
    this.client = parts.client;
    const target = parseTarget(parts.target.url);
    const publicUrl = parts.publicUrl === null ? null : new URL(parts.publicUrl);
    const publicAuthority = publicUrl === null ? null : parseAuthority(publicUrl.host);
    this.route = {
      target,
      own: { port: 0, addresses: [], publicAuthority },
      publicOrigin: publicUrl?.origin ?? null,
      loopTag: parts.loopTag,
    };
    this.dial = dialer(target, parts.target);
    this.#server = new ProxyServer(this, parts.limits ?? CONNECTION_LIMITS);
  }

  /** Null once it listens; after a fault nothing does. */
  async listen({ addresses, port }: ListenSpec): Promise<ListenFault | null> {
    for (const [index, address] of addresses.entries()) {
      try {
        await this.#server.listen(address, port);
      } catch (error) {
        const { code = 'EUNKNOWN', message } = error as NodeJS.ErrnoException;
        // No such family or address here: the others do.
        if (index > 0 && (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT' || code === 'EINVAL')) continue;
        await this.#server.close();
        return { code, message, address };
      }
    }
    this.route = { ...this.route, own: { ...this.route.own, port, addresses: ownAddresses(addresses) } };
    return null;
  }

  /** Exchanges under way end where they began. */
  retarget(target: TargetSpec): void {
    const parsed = parseTarget(target.url);
    this.route = { ...this.route, target: parsed };
    this.dial = dialer(parsed, target);
  }

  /** Once a second. */
  tick(): void {
    this.now += 1;
    this.#server.tick();
    this.#countBytes();
  }

  async close(): Promise<void> {
    await this.#server.close();
    this.#countBytes();
  }

  count(what: TrafficCounter, n: number): void {
    // By name: a computed one would be looked up anew at each of a request's four calls.
    if (what === 'bytesReceived') this.#uncounted.bytesReceived += n;
    else if (what === 'bytesSent') this.#uncounted.bytesSent += n;
    else this.#parts.memory.counters.add(what, n);
  }

  failed(message: string): void {
    this.#parts.failed(message);
  }

  probe(): Promise<boolean> {
    return new Promise((resolve) => {
      const { socket, ready } = this.dial(() => {});
      const say = (reachable: boolean) => {
        socket.destroy();
        resolve(reachable);
      };
      socket.setTimeout(PROBE_MS, () => say(false));
      socket.once(ready, () => say(true));
      socket.on('error', () => say(false));
    });
  }

  #countBytes(): void {
    for (const what of ['bytesReceived', 'bytesSent'] as const) {
      if (this.#uncounted[what] > 0) this.#parts.memory.counters.add(what, this.#uncounted[what]);
      this.#uncounted[what] = 0;
    }
  }
}

/** An address literal cannot be rebound: bound to a wildcard, all of the machine's are ours. */
function ownAddresses(addresses: readonly string[]): string[] {
  if (!addresses.some((address) => WILDCARDS.has(address))) return [...addresses];
  return Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
}
