/** ProcessCell under every interleaving: a snapshot never mixes two runs, and tells an end with its exit status. */

import { describe, expect, test } from 'vitest';
import { load } from '#atomic';
import { Segment } from '../../src/lockfree/segment.ts';
import { CELL, type CellSnapshot, ProcessCell } from '../../src/process/cell.ts';
import { BOUND } from './bound.ts';
import { explore } from './counted.ts';

/** I1 broken: whatever was read is believed. */
class BelievesAtOnce extends ProcessCell {
  override snapshot(): CellSnapshot {
    const region = regionOf.get(this);
    return this.look(region === undefined ? 0 : load(region.words, CELL.at.run));
  }
}

/** I2 broken: the words are older than the state that they stand beside. */
class StateLast extends ProcessCell {
  protected override look(run: number): CellSnapshot {
    return { ...super.look(run), state: this.state.get() };
  }
}

/** I4 broken by the reader: the word that says that both are there is read last. */
class LowLast extends ProcessCell {
  protected override getWide(...place: Parameters<ProcessCell['getWide']>): number | null {
    const before = super.getWide(...place) ?? 0;
    const after = super.getWide(...place);
    return after === null ? null : Math.floor(before / 2 ** 31) * 2 ** 31 + (after % 2 ** 31);
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

/** I1 broken by the writer: one bank for all runs, as this cell once had it. */
class OneBank extends ProcessCell {
  protected override resetBank(run: number, position: number): void {
    super.resetBank(run + 1, position);
    super.resetBank(run, position);
  }
}

/** I5 broken by the writer: a start is there before the pid that belongs to it. */
class StartsFirst extends ProcessCell {
  override started(pid: number, pgid: number, micros: number): void {
    super.started(pid - 20, pgid - 20, micros);
    super.started(pid, pgid, micros);
  }
}

const regionOf = new WeakMap<ProcessCell, ReturnType<Segment['region']>>();
type Kind = typeof ProcessCell;

/** Two runs after two others, each with words of its own, beside readers that take snapshots. */
function live(kind: Kind, reader: Kind, options: { stall?: number[]; readers?: number } = {}) {
  const { stall = [], readers = 1 } = options;
  return explore(
    () => {
      const region = Segment.create({ cells: CELL.bytes }).region('cells');
      const make = (of: Kind) => {
        const cell = new of(region, 0);
        regionOf.set(cell, region);
        return cell;
      };
      const before = make(ProcessCell);
      for (const run of [1, 2]) liveRun(before, run);
      const writer = () => {
        const cell = make(kind);
        for (const run of [3, 4]) liveRun(cell, run);
      };
      const read = () => make(reader).snapshot();
      return {
        threads: [writer, ...Array.from({ length: readers }, () => read)],
        check: ([, ...snapshots]) => {
          for (const snapshot of snapshots) if (snapshot !== undefined) sound(snapshot as CellSnapshot);
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

function sound({ run, state, pid, exitCode, endedBy, runPosition, startedAt, endedAt }: CellSnapshot): void {
  expect([pid === null, exitCode === null], 'I5').toEqual([startedAt === null, endedAt === null]);
  for (const moment of [startedAt, endedAt]) expect([null, momentOf(run)], 'I4').toContain(moment);
  expect([null, run * 10], 'I1, I5: pid').toContain(pid);
  expect([null, run], 'I1, I5: exit code').toContain(exitCode);
  expect([0, run * 100], 'I1: position').toContain(runPosition);
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
    ['a reader of the state after the words', ProcessCell, StateLast, /I[123]/],
    ['a reader of the presence after the value', ProcessCell, LowLast, /I4/],
    ['a writer that ends first', EndsFirst, ProcessCell, /I2/],
    ['a writer that starts before it has a pid', StartsFirst, ProcessCell, /I5/],
    ['a writer that resets both banks', OneBank, ProcessCell, /I[123]/],
  ])('%s', (_name, writer, reader, error) => {
    expect(live(writer, reader)).toMatchObject({ ok: false, error: expect.stringMatching(error) });
  });
});
