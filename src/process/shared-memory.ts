/** The segment that control thread and process worker share: registry, one cell per slot, counters, flags, the parked word of changes, the watermark. */
import { Counters, countersLayout, FLAG, Flag } from '../lockfree/counters.ts';
import { PARK, Park } from '../lockfree/park.ts';
import { type Lease, Pool } from '../lockfree/pool.ts';
import { Registry, type RegistryOptions, registryLayout, registrySlots } from '../lockfree/registry.ts';
import { Segment } from '../lockfree/segment.ts';
import { CELL, ProcessCell } from './cell.ts';
import { OUTPUT_BYTES } from './output.ts';
import type { OutputBuffers } from './spec.ts';
import { WATERMARK, Watermark } from './watermark.ts';

/** Of the threads that may write the registry. */
export const CONTROL_THREAD = 0;
export const PROCESS_WORKER = 1;

const COUNTERS = ['active', 'totalStarted', 'totalFailed'] as const;
/** `capacity`: the most entries at a time, live and ended. */
const REGISTRY: RegistryOptions = { capacity: 1_024, threads: 2, keyBytes: 128 };

/** Both threads' view of the segment. */
export class SharedMemory {
  /** The most entries at a time. */
  readonly capacity = REGISTRY.capacity;
  readonly buffer: SharedArrayBuffer;
  readonly registry: Registry;
  readonly counters: Counters<(typeof COUNTERS)[number]>;
  readonly shuttingDown: Flag;
  readonly changes: Park;
  readonly watermark: Watermark;
  readonly #segment: Segment;

  private constructor(segment: Segment, thread: number) {
    this.#segment = segment;
    this.buffer = segment.buffer;
    this.registry = new Registry(segment.region('registry').words, 0, thread, REGISTRY);
    this.counters = new Counters(segment.region('counters').wide, 0, COUNTERS);
    this.shuttingDown = new Flag(segment.region('shuttingDown').words, 0);
    this.changes = new Park(segment.region('changes').words, 0);
    this.watermark = new Watermark(segment.region('watermark').words, 0);
  }

  static create(): SharedMemory {
    return new SharedMemory(
      Segment.create({
        registry: registryLayout(REGISTRY).bytes,
        cells: CELL.bytes * registrySlots(REGISTRY),
        counters: countersLayout(COUNTERS).bytes,
        shuttingDown: FLAG.bytes,
        changes: PARK.bytes,
        watermark: WATERMARK.bytes,
      }),
      CONTROL_THREAD,
    );
  }

  /** In the process worker. */
  static attach(buffer: SharedArrayBuffer): SharedMemory {
    return new SharedMemory(Segment.attach(buffer), PROCESS_WORKER);
  }

  cell(slot: number): ProcessCell {
    return new ProcessCell(this.#segment.region('cells'), slot);
  }
}

/** Output memory: allocated when a process is registered, recycled when it is removed. Control thread only. */
export class OutputPool {
  readonly #pool = new Pool();
  readonly #leases = new Map<OutputBuffers, readonly Lease[]>();

  take(from: number): OutputBuffers {
    const stdout = this.#pool.take(OUTPUT_BYTES);
    const stderr = this.#pool.take(OUTPUT_BYTES);
    const buffers = { from, stdout: stdout.buffer, stderr: stderr.buffer };
    this.#leases.set(buffers, [stdout, stderr]);
    return buffers;
  }

  /** The worker has let go of them. */
  give(buffers: OutputBuffers): void {
    for (const lease of this.#leases.get(buffers) ?? []) this.#pool.give(lease);
    this.#leases.delete(buffers);
  }

  /** Bytes of shared memory held, in use or free. */
  bytes(): number {
    return this.#pool.status().bytes;
  }
}
