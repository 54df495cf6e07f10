/** The segment that control thread and a proxy's worker share: its counters and the journals of its traffic. */
import { Counters, countersLayout } from '../lockfree/counters.ts';
import { type JournalGeometry, type JournalMemory, journalBytes } from '../lockfree/journal-pages.ts';
import { type Lease, Pool } from '../lockfree/pool.ts';
import { Segment, segmentBytes } from '../lockfree/segment.ts';
import { RULE_CELLS_BYTES, RuleCells } from './shape/rule-cells.ts';

const PAGE_BYTES = 128 * 1024;
/** Threads that read journals: control thread, pattern worker, a spare one. */
const READERS = 3;
export const CONTROL_READER = 0;

const geometry = (mebibytes: number): JournalGeometry => ({
  pages: (mebibytes * 1_048_576) / PAGE_BYTES,
  pageBytes: PAGE_BYTES,
  readers: READERS,
});

/** Bodies have a journal of their own, so that they never evict heads; each kind of page entry has, so that chatter evicts no error. */
export const JOURNALS = {
  http: geometry(10),
  bodies: geometry(10),
  messages: geometry(4),
  errors: geometry(1),
  console: geometry(1),
  performance: geometry(1),
  interactions: geometry(1),
  mutations: geometry(1),
  custom: geometry(1),
  executions: geometry(1),
} as const;
export type JournalName = keyof typeof JOURNALS;

const COUNTERS = ['totalRequests', 'activeConnections', 'pages', 'bytesReceived', 'bytesSent'] as const;
export type ProxyCounter = (typeof COUNTERS)[number];

const JOURNAL_NAMES = Object.keys(JOURNALS) as readonly JournalName[];

const REGIONS: Readonly<Record<'counters' | 'rules' | JournalName, number>> = {
  counters: countersLayout(COUNTERS).bytes,
  rules: RULE_CELLS_BYTES,
  ...(Object.fromEntries(JOURNAL_NAMES.map((name) => [name, journalBytes(JOURNALS[name])])) as Record<
    JournalName,
    number
  >),
};

/** A thread's view of one proxy's segment. */
export class ProxyMemory {
  readonly buffer: SharedArrayBuffer;
  readonly generation: number;
  readonly counters: Counters<ProxyCounter>;
  /** What rules have counted. */
  readonly rules: RuleCells;
  readonly #segment: Segment;

  private constructor(segment: Segment) {
    this.#segment = segment;
    this.buffer = segment.buffer;
    this.generation = segment.generation;
    this.counters = new Counters(segment.region('counters').wide, 0, COUNTERS);
    this.rules = new RuleCells(segment.region('rules').wide);
  }

  /** On zeroed memory. */
  static create(lease: Lease): ProxyMemory {
    return new ProxyMemory(Segment.create(REGIONS, lease));
  }

  /** In the worker. */
  static attach(buffer: SharedArrayBuffer, generation: number): ProxyMemory {
    return new ProxyMemory(Segment.attach(buffer, generation));
  }

  journal(name: JournalName): JournalMemory {
    return this.#segment.region(name);
  }

  /** Nobody may use it any more. */
  retire(): void {
    this.#segment.retire();
  }
}

/** Memory of proxies: taken at a start, recycled after a stop. Control thread only. */
export class ProxyPool {
  readonly #pool = new Pool();
  readonly #leases = new Map<ProxyMemory, Lease>();

  take(): ProxyMemory {
    const lease = this.#pool.take(segmentBytes(REGIONS));
    const memory = ProxyMemory.create(lease);
    this.#leases.set(memory, lease);
    return memory;
  }

  /** The worker has ended. */
  give(memory: ProxyMemory): void {
    const lease = this.#leases.get(memory);
    this.#leases.delete(memory);
    memory.retire();
    if (lease !== undefined) this.#pool.give(lease);
  }

  /** Bytes of shared memory held, in use or free. */
  bytes(): number {
    return this.#pool.status().bytes;
  }
}
