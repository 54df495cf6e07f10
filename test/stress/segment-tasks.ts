/**
 * What the threads of the segment's stress test do: its owner makes tenancy after tenancy on one buffer, tenants attach to each,
 * look at what is theirs until it is over, and say that they have let go.
 */
import { add, load, notify, store, type Words, wait } from '#atomic';
import { Segment, SegmentRefused } from '../../src/lockfree/index.ts';
import { type Outcomes, outcomeTable } from './outcomes.ts';

/** Of each tenant's region; no two alike, none a whole line. */
export const regionBytes = (tenant: number): number => 5 + 130 * tenant;
/** Words of the common state. */
export const PLACE = { posted: 0, released: 32, idle: 64, words: 96 } as const;
/** There may be more threads than processors: who waits makes room. */
const PAUSE_MS = 0.05;

export interface SegmentTask {
  readonly buffer: SharedArrayBuffer;
  /** What is recycled. */
  readonly memory: SharedArrayBuffer;
  readonly role: 'owner' | 'tenant';
  readonly tenant: number;
  readonly tenants: number;
  readonly tenancies: number;
  /** In the place of the owner. */
  readonly twin?: 'does not wait for tenants';
}

export interface SegmentReport {
  readonly outcomes: Outcomes;
}

export function run(task: SegmentTask): SegmentReport {
  const { words } = Segment.attach(task.buffer).region('place');
  return task.role === 'owner' ? own(words, task) : dwell(words, task);
}

const names = (tenants: number) => Array.from({ length: tenants }, (_, tenant) => `tenant-${tenant}`);

function own(words: Words, { memory, tenants, tenancies, twin }: SegmentTask): SegmentReport {
  const regions = Object.fromEntries(names(tenants).map((name, tenant) => [name, regionBytes(tenant)]));
  for (let generation = 1; generation <= tenancies; generation++) {
    const segment = Segment.create(regions, { buffer: memory, generation });
    for (const name of names(tenants)) segment.region(name).bytes.fill(generation);
    store(words, PLACE.posted, generation);
    notify(words, PLACE.posted);
    // Some tenancies are over before anybody has come.
    if (generation % 2 === 0) pause(words);
    segment.retire();
    while (twin === undefined && load(words, PLACE.released) < generation * tenants) pause(words);
  }
  return { outcomes: { retired: 1 } };
}

function dwell(words: Words, { memory, tenant, tenancies, twin }: SegmentTask): SegmentReport {
  const { outcomes, saw } = outcomeTable();
  for (let generation = 1; generation <= tenancies; generation++) {
    for (let posted = load(words, PLACE.posted); posted < generation; posted = load(words, PLACE.posted))
      wait(words, PLACE.posted, posted);
    saw(visit(words, memory, generation, tenant));
    add(words, PLACE.released, 1);
    if (twin !== undefined) generation = Math.max(generation, load(words, PLACE.posted) - 1);
  }
  return { outcomes };
}

function pause(words: Words): void {
  wait(words, PLACE.idle, 0, PAUSE_MS);
}

/** Attaches, writes what is its own, and looks until the tenancy is over: nobody else writes there, and nobody's else is here. */
function visit(words: Words, memory: SharedArrayBuffer, generation: number, tenant: number): string {
  try {
    const segment = Segment.attach(memory, generation);
    const { bytes } = segment.region(`tenant-${tenant}`);
    const before = bytes.every((byte) => byte === (generation & 0xff));
    bytes.fill(tenant);
    const after = bytes.every((byte) => byte === tenant);
    while (segment.isCurrent()) pause(words);
    return before && after ? 'attached: its own' : `attached: another's bytes in generation ${generation}`;
  } catch (error) {
    if (error instanceof SegmentRefused) return 'refused: over';
    throw error;
  }
}
