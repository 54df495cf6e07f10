/**
 * Segment on real threads: regions share no byte, and a buffer that is recycled over and over is at no time taken for
 * its former tenant's.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PARK, Park, Segment, segmentBytes } from '../../src/lockfree/index.ts';
import { type Bundle, bundle } from './bundle.ts';
import { enlist } from './crew.ts';
import { forbidden, type Outcomes } from './outcomes.ts';
import { PLACE, regionBytes, type SegmentReport, type SegmentTask } from './segment-tasks.ts';

const TENANCIES = Number(process.env.STRESS_TENANCIES ?? 3_000);
const ACCEPTABLE = new Set(['retired', 'attached: its own', 'refused: over']);

let program: Bundle;
beforeAll(async () => {
  program = await bundle('segment-worker.ts');
});
afterAll(() => program.remove());

async function play(tenants: number, made: Pick<SegmentTask, 'tenancies' | 'twin'>): Promise<Outcomes[]> {
  const common = Segment.create({ place: PLACE.words * 4, start: PARK.bytes });
  const sizes = Array.from({ length: tenants }, (_, tenant) => [`tenant-${tenant}`, regionBytes(tenant)] as const);
  const memory = new SharedArrayBuffer(segmentBytes(Object.fromEntries(sizes)));
  const shared = { buffer: common.buffer, memory, tenants, ...made };
  const tasks: SegmentTask[] = [
    { ...shared, role: 'owner', tenant: 0 },
    ...sizes.map((_, tenant): SegmentTask => ({ ...shared, role: 'tenant', tenant })),
  ];
  const start = new Park(common.region('start').words, 0);
  const told = await (await enlist<SegmentReport>(program.file, tasks, start)).run();
  return told.map(({ outcomes }) => outcomes);
}

describe.each([1, 3])('%i tenants', (tenants) => {
  test('each tenancy is its own', async () => {
    const tables = await play(tenants, { tenancies: TENANCIES });
    expect(forbidden(tables, ACCEPTABLE)).toEqual([]);
    for (const table of tables.slice(1)) {
      const visits = (table['attached: its own'] ?? 0) + (table['refused: over'] ?? 0);
      expect(visits).toBe(TENANCIES);
    }
  });
});

test('a wrong twin is caught: an owner who recycles what is in use', async () => {
  const tables = await play(2, { tenancies: 10 * TENANCIES, twin: 'does not wait for tenants' });
  expect(forbidden(tables, ACCEPTABLE)).not.toEqual([]);
});
