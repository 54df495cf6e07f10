import { describe, expect, test } from 'vitest';
import { Segment } from '../../src/lockfree/segment.ts';
import { CELL, ProcessCell, RECORDS } from '../../src/process/cell.ts';
import { TRANSITIONS } from '../../src/process/machine.ts';

function cells(slots = 2): ProcessCell[] {
  const region = Segment.create({ cells: CELL.bytes * slots }).region('cells');
  return Array.from({ length: slots }, (_, slot) => {
    const cell = new ProcessCell(region, slot);
    cell.reset();
    return cell;
  });
}

const only = (): ProcessCell => {
  const [cell] = cells(1);
  if (cell === undefined) throw new Error('no cell');
  return cell;
};

test('layout', () => {
  expect(CELL.table().map(({ offset, bytes, field }) => [offset, bytes, field])).toEqual([
    [0, 4, 'state'],
    [4, 4, 'current'],
    [8, 4, 'restarts'],
    [128, 64 * RECORDS, 'records'],
  ]);
  expect(CELL.bytes).toBe(384);
});

test('a fresh cell is pending and knows nothing', () => {
  expect(only().snapshot()).toEqual({
    run: 0,
    state: 'pending',
    pid: null,
    pgid: null,
    exitCode: null,
    exitSignal: null,
    endedBy: null,
    restarts: 0,
    startedAt: null,
    readyAt: null,
    endedAt: null,
    runPosition: 0,
  });
});

test('a run writes its facts, and the next one begins without them', () => {
  const cell = only();
  cell.beginRun(0);
  cell.started(41, 41, 0);
  cell.ready(7);
  cell.ready(9);
  cell.ended({ code: 0, signal: null, endedBy: 'exit', micros: 11 });
  expect(cell.snapshot()).toMatchObject({
    run: 1,
    pid: 41,
    exitCode: 0,
    exitSignal: null,
    endedBy: 'exit',
    startedAt: 0,
    readyAt: 7,
    endedAt: 11,
  });
  cell.restarted();
  expect(cell.beginRun(2 ** 40)).toBe(2);
  expect(cell.snapshot()).toMatchObject({
    run: 2,
    pid: null,
    exitCode: null,
    endedBy: null,
    startedAt: null,
    restarts: 1,
    runPosition: 2 ** 40,
  });
});

test('facts are kept from change to change, also when the numbers of records wrap', () => {
  const region = Segment.create({ cells: CELL.bytes }).region('cells');
  region.words[CELL.at.current] = 2 ** 31 - 3;
  const cell = new ProcessCell(region, 0);
  cell.reset();
  for (let run = 1; run <= 2 * RECORDS; run++) {
    cell.beginRun(2 ** 40 + run);
    cell.started(run, run, 2 ** 40);
    cell.ended({ code: null, signal: 64, endedBy: 'forced_stop', micros: 2 ** 50 });
    expect(cell.snapshot()).toMatchObject({ run, pid: run, pgid: run, startedAt: 2 ** 40, runPosition: 2 ** 40 + run });
    expect(cell.snapshot()).toMatchObject({ exitCode: null, exitSignal: 64, endedBy: 'forced_stop', endedAt: 2 ** 50 });
  }
});

test.each([0, 1, 255])('exit code %s', (code) => {
  const cell = only();
  cell.beginRun(0);
  cell.started(1, 1, 1);
  cell.ended({ code, signal: null, endedBy: 'exit', micros: 2 });
  expect(cell.snapshot()).toMatchObject({ exitCode: code, exitSignal: null, endedBy: 'exit' });
});

test('neighbours do not touch each other', () => {
  const [one, other] = cells();
  one?.beginRun(5);
  one?.started(1, 2, 3);
  expect(other?.snapshot()).toMatchObject({ run: 0, pid: null, startedAt: null });
});

describe('states', () => {
  const states = Object.keys(TRANSITIONS) as (keyof typeof TRANSITIONS)[];
  test.each(states.flatMap((from) => states.map((to) => [from, to] as const)))('%s → %s', (from, to) => {
    const cell = only();
    cell.state.reset(from);
    const allowed: readonly string[] = TRANSITIONS[from];
    if (allowed.includes(to)) expect(cell.state.compareAndSwap(from, to)).toBe(true);
    else expect(() => cell.state.compareAndSwap(from, to)).toThrow();
  });
});
