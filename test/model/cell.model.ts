/** ProcessCell under every interleaving: a snapshot is of one instant, and tells an end with its exit status. */

import { describe, expect, test } from 'vitest';
import { Segment } from '../../src/lockfree/segment.ts';
import { CELL, type CellSnapshot, ProcessCell, RECORDS } from '../../src/process/cell.ts';
import { BOUND } from './bound.ts';
import { explore } from './counted.ts';

/** I1 broken by the reader: whatever it has read is believed, also when the record's place has been taken. */
class BelievesAtOnce extends ProcessCell {
  protected override isWhole(): boolean {
    return true;
  }
}

/** I4 broken by the reader: the state may be a later one than the record's. */
class StateOfAnotherInstant extends ProcessCell {
  protected override isCurrent(): boolean {
    return true;
  }
}

/** I1 broken by the writer: a record holds before it is written. */
class PublishesFirst extends ProcessCell {
  protected override number(next: number): number {
    const record = super.number(next);
    super.publish();
    return record;
  }
  protected override publish(): void {}
}

/** I1 broken by the writer: the record's place is taken before that is told. */
class NumbersLast extends ProcessCell {
  #next = 0;
  protected override number(next: number): number {
    this.#next = next;
    return super.number(next - RECORDS);
  }
  protected override publish(): void {
    super.number(this.#next);
    super.publish();
  }
}

/** I2 broken by the writer: the end is told before its status is written. */
class EndsFirst extends ProcessCell {
  override ended(facts: Parameters<ProcessCell['ended']>[0]): void {
    this.state.compareAndSwap('running', 'stopped');
    super.ended(facts);
    this.state.compareAndSwap('stopped', 'pending');
    this.state.reset('running');
  }
}

/** I3 broken by the writer: it runs before it has a pid. */
class RunsFirst extends ProcessCell {
  override started(...facts: Parameters<ProcessCell['started']>): void {
    this.state.compareAndSwap('starting', 'running');
    super.started(...facts);
    this.state.reset('starting');
  }
}

type Kind = typeof ProcessCell;

/** Two runs after two others, each with words of its own, beside readers that take snapshots. */
function live(kind: Kind, reader: Kind, options: { stall?: number[]; readers?: number } = {}) {
  const { stall = [], readers = 1 } = options;
  return explore(
    () => {
      const region = Segment.create({ cells: CELL.bytes }).region('cells');
      const make = (of: Kind) => new of(region, 0);
      const before = make(ProcessCell);
      for (const run of [1, 2]) liveRun(before, run);
      const writer = () => {
        const cell = make(kind);
        for (const run of [3, 4]) liveRun(cell, run);
      };
      const read = () => {
        const cell = make(reader);
        return [cell.snapshot(), cell.run()] as const;
      };
      return {
        threads: [writer, ...Array.from({ length: readers }, () => read)],
        check: ([, ...all]) => {
          for (const seen of all) if (seen !== undefined) sound(...(seen as [CellSnapshot, number]));
        },
      };
    },
    { preemptions: BOUND, stall },
  );
}

function liveRun(cell: ProcessCell, run: number): void {
  if (run > 1) cell.state.compareAndSwap('stopped', 'pending');
  cell.state.compareAndSwap('pending', 'starting');
  cell.beginRun(run * 100);
  cell.started(run * 10, run * 10, momentOf(run));
  cell.state.compareAndSwap('starting', 'running');
  cell.ended({ code: run, signal: null, endedBy: 'exit', micros: momentOf(run) });
  cell.state.compareAndSwap('running', 'stopped');
}

/** Microseconds that take both words. */
const momentOf = (run: number): number => run * (2 ** 31 + 1);

function sound(snapshot: CellSnapshot, later: number): void {
  const { run, state, pid, exitCode, endedBy, runPosition, startedAt, endedAt } = snapshot;
  expect([pid === null, exitCode === null], 'I1').toEqual([startedAt === null, endedAt === null]);
  for (const moment of [startedAt, endedAt]) expect([null, momentOf(run)], 'I1').toContain(moment);
  expect([null, run * 10], 'I1: pid').toContain(pid);
  expect([null, run], 'I1: exit code').toContain(exitCode);
  expect(runPosition, 'I1: position').toBe(run * 100);
  expect([run, run + 1, run + 2], 'I1: run').toContain(later);
  if (state === 'stopped') expect([exitCode, endedBy], 'I2').toEqual([run, 'exit']);
  if (state === 'running') expect(pid, 'I3').toBe(run * 10);
}

describe('snapshots', () => {
  test('are of one run, and tell an end with its status', () => {
    expect(live(ProcessCell, ProcessCell)).toMatchObject({ ok: true });
  });

  test('wait for nobody: a writer that is stopped at any step, a reader that is', () => {
    expect(live(ProcessCell, ProcessCell, { stall: [0] })).toMatchObject({ ok: true });
    expect(live(ProcessCell, ProcessCell, { stall: [1] })).toMatchObject({ ok: true });
  });
});

describe('wrong twins are refused', () => {
  test.each([
    ['a reader that believes at once', ProcessCell, BelievesAtOnce, /I1/],
    ['a reader of two instants', ProcessCell, StateOfAnotherInstant, /I[23]/],
    ['a writer that publishes first', PublishesFirst, ProcessCell, /I1/],
    ['a writer that takes a place before it says so', NumbersLast, ProcessCell, /I1/],
    ['a writer that ends first', EndsFirst, ProcessCell, /I2/],
    ['a writer that runs before it has a pid', RunsFirst, ProcessCell, /I3/],
  ])('%s', (_name, writer, reader, error) => {
    expect(live(writer, reader)).toMatchObject({ ok: false, error: expect.stringMatching(error) });
  });
});
