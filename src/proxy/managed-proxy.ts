/** One proxy as the control thread holds it: what was asked for, its worker, its memory. */
import { JournalReader } from '../lockfree/journal-reader.ts';
import { PageLog } from './page-log.ts';
import { PageRuns } from './page-runs.ts';
import { PAGE_JOURNALS } from './page-tap.ts';
import { Pages } from './pages.ts';
import { RuleBook } from './shape/rule-book.ts';
import { CONTROL_READER, JOURNALS, type JournalName, type ProxyMemory } from './shared-memory.ts';
import type { ChangesRecording, TargetSpec } from './spec.ts';
import { parseTarget } from './target.ts';
import { type LogTotals, TrafficLogger } from './traffic-logger.ts';
import type { ProxyWorkerLink } from './worker-link.ts';

/** What a caller asks for; id and path are checked already. */
export interface ProxyRequest {
  readonly id: string;
  /** Real path of the project directory that the id belongs to. */
  readonly path: string;
  readonly target: TargetSpec;
  /** Where to begin on it: `/`, or the rest of the URL that was given. */
  readonly entry: string;
  /** Whose URL it follows; null: none. */
  readonly processId: string | null;
  /** The directory that the process belongs to, which may be above that of the proxy, or another. */
  readonly processPath: string;
  /** Null: one that follows from the target. */
  readonly port: number | null;
  readonly bindAddress: string;
  readonly publicUrl: string | null;
  /** Entries kept for each type. */
  readonly maxLogSize: number;
  /** Goes on when all clients of its project have left. */
  readonly keep: boolean;
}

export type ProxyState = 'starting' | 'running' | 'restarting' | 'failed' | 'stopped';

/** A proxy as every result shows it; no field is ever left out. */
export interface ProxyView {
  readonly id: string;
  readonly path: string;
  readonly target_url: string;
  readonly process_id: string | null;
  /** Null until it has a port, as the two below. */
  readonly url: string | null;
  /** What to open in the browser: `url`, with the path that the target's URL had. */
  readonly open_url: string | null;
  readonly public_url: string | null;
  readonly listen_addr: string | null;
  readonly running: boolean;
  readonly state: ProxyState;
  readonly uptime_ms: number;
  readonly total_requests: number;
  readonly active_connections: number;
  readonly pages: number;
  readonly bytes: { readonly received: number; readonly sent: number };
  readonly log: LogTotals & { readonly max_size: number };
  readonly restart_count: number;
  readonly last_error: string | null;
  readonly last_error_at: string | null;
}

export interface LastError {
  readonly message: string;
  readonly micros: number;
}

const LOOPBACK_ADDRESSES = ['127.0.0.1', '::1'];
const WILDCARDS = ['0.0.0.0', '::'];

export class ManagedProxy {
  readonly request: ProxyRequest;
  readonly memory: ProxyMemory;
  readonly loopTag: string;
  readonly pages = new Pages();
  readonly runs = new PageRuns();
  readonly pageLog: PageLog;
  readonly log: TrafficLogger;
  readonly rules: RuleBook;
  target: TargetSpec;
  entry: string;
  state: ProxyState = 'starting';
  link: ProxyWorkerLink | null = null;
  /** Settles when it listens for the first time, or does not. */
  launched: Promise<void> = Promise.resolve();
  port: number;
  startedAt = 0;
  restarts = 0;
  lastError: LastError | null = null;
  /** Shown once the memory belongs to others. */
  #last: Pick<ProxyView, 'total_requests' | 'active_connections' | 'pages' | 'bytes' | 'log'> | null = null;

  constructor(request: ProxyRequest, memory: ProxyMemory, loopTag: string) {
    this.request = request;
    this.memory = memory;
    this.rules = new RuleBook(memory.rules);
    this.loopTag = loopTag;
    this.target = request.target;
    this.entry = request.entry;
    this.port = request.port ?? 0;
    const reader = (name: JournalName) => new JournalReader(memory.journal(name), CONTROL_READER, JOURNALS[name]);
    this.pageLog = new PageLog(new Map(PAGE_JOURNALS.map((name) => [name, reader(name)])));
    this.log = new TrafficLogger(
      { http: reader('http'), bodies: reader('bodies'), messages: reader('messages') },
      request.maxLogSize,
      () => memory.counters.get('totalRequests'),
    );
  }

  get id(): string {
    return this.request.id;
  }

  get path(): string {
    return this.request.path;
  }

  /** The first must be had; without ::1 on the machine IPv4 alone will do. */
  get addresses(): readonly string[] {
    const { bindAddress } = this.request;
    return LOOPBACK_ADDRESSES.includes(bindAddress) || bindAddress === 'localhost' ? LOOPBACK_ADDRESSES : [bindAddress];
  }

  /** Its pages record changes of their documents for a while; null when there is no worker to ask. */
  async recordChanges(): Promise<ChangesRecording | null> {
    return this.link === null ? null : this.link.call<'changes'>({ call: 'changes' }).catch(() => null);
  }

  /** Before the memory goes back. */
  retire(): void {
    this.#last = { ...this.#figures(), active_connections: 0 };
  }

  /** `nowMicros` is the time to which the uptime counts. */
  view(nowMicros: number, iso: (micros: number) => string): ProxyView {
    const { request, port, state, lastError } = this;
    const running = state === 'running';
    const origin = port === 0 ? null : `http://${this.#name()}:${port}`;
    return {
      id: request.id,
      path: request.path,
      target_url: parseTarget(this.target.url).origin,
      process_id: request.processId,
      url: origin === null ? null : `${origin}/`,
      open_url: origin === null ? null : `${origin}${this.entry}`,
      public_url: request.publicUrl,
      listen_addr: port === 0 ? null : listenAddress(this.addresses[0] ?? request.bindAddress, port),
      running,
      state,
      uptime_ms: running ? Math.round((nowMicros - this.startedAt) / 1_000) : 0,
      ...(this.#last ?? this.#figures()),
      restart_count: this.restarts,
      last_error: lastError?.message ?? null,
      last_error_at: lastError === null ? null : iso(lastError.micros),
    };
  }

  /** Some dev servers' pages work under no other name than localhost. */
  #name(): string {
    const [address = ''] = this.addresses;
    if (LOOPBACK_ADDRESSES.includes(address) || WILDCARDS.includes(address)) return 'localhost';
    return address.includes(':') ? `[${address}]` : address;
  }

  #figures() {
    const { counters } = this.memory;
    return {
      total_requests: counters.get('totalRequests'),
      active_connections: counters.get('activeConnections'),
      pages: counters.get('pages'),
      bytes: { received: counters.get('bytesReceived'), sent: counters.get('bytesSent') },
      log: { ...this.log.totals(), max_size: this.request.maxLogSize },
    };
  }
}

const listenAddress = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
