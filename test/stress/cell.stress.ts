/** A process's cell on real threads: whoever takes a snapshot while it lives through run after run sees one run's facts, whole. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PARK, Park, Segment } from '../../src/lockfree/index.ts';
import { CELL, ProcessCell } from '../../src/process/cell.ts';
import { type Bundle, bundle } from './bundle.ts';
import type { CellTask } from './cell-tasks.ts';
import { enlist } from './crew.ts';
import { forbidden, type Outcomes } from './outcomes.ts';

const RUNS = Number(process.env.STRESS_ROUNDS ?? 200_000);
const READERS = 2;
const ACCEPTABLE = new Set(['pending', 'starting', 'running', 'stopped']);

let program: Bundle;
beforeAll(async () => {
  program = await bundle('cell-worker.ts');
});
afterAll(() => program.remove());

async function play(runs: number, twin?: CellTask['twin']): Promise<readonly Outcomes[]> {
  const segment = Segment.create({ cells: CELL.bytes, start: PARK.bytes });
  new ProcessCell(segment.region('cells'), 0).reset();
  const reader: CellTask = { buffer: segment.buffer, role: 'reader', runs, ...(twin === undefined ? {} : { twin }) };
  const tasks: CellTask[] = [...Array<CellTask>(READERS).fill(reader), { ...reader, role: 'process' }];
  const crew = await enlist<Outcomes>(program.file, tasks, new Park(segment.region('start').words, 0));
  return (await crew.run()).slice(0, READERS);
}

test('every snapshot is of one run', async () => {
  const seen = await play(RUNS);
  console.table(seen);
  expect(forbidden(seen, ACCEPTABLE)).toEqual([]);
});

test('a reader that believes at once is found out', async () => {
  const seen: string[] = [];
  while (seen.length === 0) seen.push(...forbidden(await play(RUNS, 'believes at once'), ACCEPTABLE));
  expect(seen).not.toEqual([]);
});
