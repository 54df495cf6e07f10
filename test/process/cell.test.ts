import { describe, expect, test } from 'vitest';
import { Segment } from '../../src/lockfree/segment.ts';
import { CELL, ProcessCell } from '../../src/process/cell.ts';
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
    [4, 4, 'run'],
    [8, 4, 'restarts'],
    [12, 4, 'pid'],
    [16, 4, 'pgid'],
    [20, 4, 'exitCode'],
    [24, 4, 'exitSignal'],
    [28, 4, 'endedBy'],
    [32, 8, 'startedAt'],
    [40, 8, 'readyAt'],
    [48, 8, 'endedAt'],
    [56, 8, 'runPosition'],
    [64, 52, 'oddBank'],
  ]);
  expect(CELL.bytes).toBe(128);
  expect(CELL.at.oddBank - CELL.at.pid).toBe(13); // of each word of a bank from its other
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
