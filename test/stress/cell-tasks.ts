/** What the threads of the cell's stress test do: one lives through runs, the others take snapshots. */
import { Segment } from '../../src/lockfree/index.ts';
import { type CellSnapshot, ProcessCell } from '../../src/process/cell.ts';
import { type Outcomes, outcomeTable } from './outcomes.ts';

export interface CellTask {
  readonly buffer: SharedArrayBuffer;
  readonly role: 'process' | 'reader';
  /** The reader ends when it sees the last one's end. */
  readonly runs: number;
  /** In the place of the cell. */
  readonly twin?: 'believes at once';
}

class BelievesAtOnce extends ProcessCell {
  protected override isWhole(): boolean {
    return true;
  }
}

/** Times and positions that take both of their words. */
const momentOf = (run: number): number => run * (2 ** 31 + 1);
const codeOf = (run: number): number => run % 256;

export function run(task: CellTask): Outcomes {
  const region = Segment.attach(task.buffer).region('cells');
  const cell = task.twin === undefined ? new ProcessCell(region, 0) : new BelievesAtOnce(region, 0);
  return task.role === 'reader' ? look(cell, task.runs) : live(cell, task.runs);
}

function live(cell: ProcessCell, runs: number): Outcomes {
  for (let run = 1; run <= runs; run++) {
    cell.state.compareAndSwap('pending', 'starting');
    cell.beginRun(momentOf(run));
    cell.started(run, -run, momentOf(run));
    cell.state.compareAndSwap('starting', 'running');
    cell.ended({ code: codeOf(run), signal: null, endedBy: 'exit', micros: momentOf(run) });
    cell.state.compareAndSwap('running', 'stopped');
    if (run < runs) cell.state.compareAndSwap('stopped', 'pending');
  }
  return {};
}

function look(cell: ProcessCell, runs: number): Outcomes {
  const { outcomes, saw } = outcomeTable();
  for (let last = 0; ; ) {
    const snapshot = cell.snapshot();
    saw(snapshot.run < last ? `run ${snapshot.run} after ${last}` : judge(snapshot));
    last = snapshot.run;
    if (last === runs && snapshot.state === 'stopped') return outcomes;
  }
}

/** What is wrong with a snapshot, or its state. */
function judge({ run, state, pid, pgid, exitCode, startedAt, endedAt, runPosition }: CellSnapshot): string {
  const isStarted = startedAt !== null;
  const isEnded = endedAt !== null;
  const expected = [
    [runPosition, momentOf(run)],
    [startedAt, isStarted ? momentOf(run) : null],
    [pid, isStarted ? run : null],
    [pgid, isStarted ? -run : null],
    [endedAt, isEnded ? momentOf(run) : null],
    [exitCode, isEnded ? codeOf(run) : null],
  ];
  if (run > 0 && expected.some(([found, right]) => found !== right)) return `run ${run} with another's facts`;
  if (state === 'running' && !isStarted) return 'running without a pid';
  if (state === 'stopped' && !isEnded) return 'stopped without an exit status';
  return state;
}
