/**
 * One process's facts in shared memory, readable from any thread without asking.
 */
import { add, load, store } from '#atomic';
import { layout, word } from '../lockfree/layout.ts';
import type { Region } from '../lockfree/segment.ts';
import { StateWord } from '../lockfree/state-word.ts';
import { ENDINGS, type EndedBy, type ProcessState, TRANSITIONS } from './machine.ts';

const WORKER = 'process worker';

export const CELL = layout({
  state: word('control thread, process worker'),
  run: word(WORKER),
  restarts: word(WORKER),
  // Two of each from here on: one bank for runs of even number, one for those of odd number.
  pid: word(WORKER, 2),
  pgid: word(WORKER, 2),
  /** Exit code plus one; 0: none. */
  exitCode: word(WORKER, 2),
  /** Signal number; 0: none. */
  exitSignal: word(WORKER, 2),
  /** Place in ENDINGS. */
  endedBy: word(WORKER, 2),
  // Four words each: the banks' low words, then their high ones. A low word holds 31 bits and a bit that says: there is one.
  /** Microseconds since the epoch. */
  startedAt: word(WORKER, 4),
  readyAt: word(WORKER, 4),
  endedAt: word(WORKER, 4),
  /** Bytes that earlier runs of this entry have written to both streams. */
  runPosition: word(WORKER, 4),
});

const AT = CELL.at;
const BANKS = 2;
const LOW_RANGE = 2 ** 31;

export interface CellSnapshot {
  readonly run: number;
  readonly state: ProcessState;
  readonly pid: number | null;
  readonly pgid: number | null;
  readonly exitCode: number | null;
  readonly exitSignal: number | null;
  readonly endedBy: EndedBy;
  readonly restarts: number;
  /** Microseconds since the segment's epoch. */
  readonly startedAt: number | null;
  readonly readyAt: number | null;
  readonly endedAt: number | null;
  readonly runPosition: number;
}

type WordName = 'pid' | 'pgid' | 'exitCode' | 'exitSignal' | 'endedBy';
type WideName = 'startedAt' | 'readyAt' | 'endedAt' | 'runPosition';

export interface ExitFacts {
  readonly code: number | null;
  readonly signal: number | null;
  readonly endedBy: EndedBy;
  readonly micros: number;
}

/**
 * What        The facts of one process, one cell a slot: one writer, any readers; a new run takes the place of the one before.
 * Roles       The process worker writes every word. The control thread races with it on `state` alone, by compare-and-swap, and
 *             resets the cell for a new tenant before its id can be found. Any thread reads.
 * Layout      CELL, pinned by test/process/cell.test.ts: `state` on a line of its own, the worker's words on the next ones, those
 *             of a run twice: run r uses the bank r mod 2.
 * States      src/process/machine.ts. A run goes pending → starting → … → stopped or failed; from there a new run leads on.
 * Algorithm   A run: B1 state → starting   B2 the next run's bank is reset   B3 run ← run + 1   B4 pid, group and start are
 *             written   B5 state → running   B6 exit status and end are written   B7 state → stopped or failed.
 *             A time or position: W1 its high word   W2 its low one, never 0; absent while that is 0.
 *             Snapshot: S1 run   S2 state   S3 the words of its bank   S4 run; S1 ≠ S4 starts over.
 * Invariants  I1 a snapshot's words are all of the run that it names.   I2 a snapshot whose state is ended has that run's exit
 *             status.   I3 one whose state is running has its pid.   I4 a time or position is one that was written, or absent.
 * Ordering    Every word is atomic, so all steps have one order. S1 = S4 means that no B3 lies between; the bank of run r is reset
 *             only for run r + 2, after the B3 of run r + 1, hence not in S3. The words were read after S2, hence after the writes
 *             that the state read there implies. Between B1 and B3 a snapshot names the run before, whose end it tells beside
 *             `starting`: ManagedProcess shows an end only with an ended state. (With one bank, reset after `run` had changed, a
 *             snapshot between the two mixed runs: the model check refused that.) I4: a bank's run writes it once, high word first,
 *             and the low word is read first.
 * Effect      snapshot: S4.  Each write: its store.
 * Progress    Writers wait-free. snapshot lock-free: it starts over only when a run has begun meanwhile. A stalled writer prevents nothing.
 * Wrap/ABA    `run` wraps after 2³² runs of one slot; a snapshot would have to sleep through exactly so many.
 * Crash       A lost worker is fatal to the daemon, since its pipes cannot be had back: nothing is repaired.
 * Cost        snapshot 12 loads, and one for each time and position that is there; 256 bytes a slot.
 * Not given   waiting for a change (see changes.ts); the facts of earlier runs.
 * Source      the reference's ManagedProcess: atomic state, pid, exit code, times.
 * Checked by  test/model/cell.model.ts (I1 to I4, stall, wrong twins), test/process/cell.test.ts
 */
export class ProcessCell {
  readonly state: StateWord<ProcessState>;
  readonly #region: Region;
  readonly #base: number;

  /** `region` holds one CELL per slot. */
  constructor(region: Region, slot: number) {
    this.#region = region;
    this.#base = slot * CELL.bytes;
    this.state = new StateWord(region.words, this.#base / 4 + CELL.at.state, TRANSITIONS);
  }

  /** A new tenant of the slot: everything as before a first run. Whoever registers it, before the id can be found. */
  reset(): void {
    this.#store('run', 0);
    this.#store('restarts', 0);
    for (const run of [0, 1]) this.resetBank(run, 0);
    this.state.reset('pending');
  }

  /** B2 and B3; the number of the run. `position` is where the output stands. */
  beginRun(position: number): number {
    const run = (this.#load('run') + 1) | 0;
    this.resetBank(run, position);
    this.#store('run', run);
    return run;
  }

  started(pid: number, pgid: number, micros: number): void {
    const run = this.#load('run');
    this.#set(run, 'pid', pid);
    this.#set(run, 'pgid', pgid);
    this.setWide(run, 'startedAt', micros);
  }

  ready(micros: number): void {
    const run = this.#load('run');
    if (this.getWide(run, 'readyAt') === null) this.setWide(run, 'readyAt', micros);
  }

  restarted(): void {
    add(this.#region.words, this.#base / 4 + CELL.at.restarts, 1);
  }

  ended({ code, signal, endedBy, micros }: ExitFacts): void {
    const run = this.#load('run');
    this.#set(run, 'exitCode', code === null ? 0 : code + 1);
    this.#set(run, 'exitSignal', signal ?? 0);
    this.#set(run, 'endedBy', ENDINGS.indexOf(endedBy));
    this.setWide(run, 'endedAt', micros);
  }

  /** S1 to S4. */
  snapshot(): CellSnapshot {
    for (;;) {
      const run = this.#load('run');
      const snapshot = this.look(run);
      if (this.#load('run') === run) return snapshot;
    }
  }

  /** S2 and S3. Spelled out: this is what every status of every process costs. */
  protected look(run: number): CellSnapshot {
    const { words } = this.#region;
    const at = this.#base / 4 + (run & 1);
    return {
      run,
      state: this.state.get(),
      restarts: this.#load('restarts'),
      pid: load(words, at + AT.pid) || null,
      pgid: load(words, at + AT.pgid) || null,
      exitCode: fromPlusOne(load(words, at + AT.exitCode)),
      exitSignal: load(words, at + AT.exitSignal) || null,
      endedBy: ENDINGS[load(words, at + AT.endedBy)] ?? null,
      startedAt: this.getWide(run, 'startedAt'),
      readyAt: this.getWide(run, 'readyAt'),
      endedAt: this.getWide(run, 'endedAt'),
      runPosition: this.getWide(run, 'runPosition') ?? 0,
    };
  }

  protected resetBank(run: number, position: number): void {
    for (const name of ['pid', 'pgid', 'exitCode', 'exitSignal', 'endedBy'] as const) this.#set(run, name, 0);
    for (const name of ['startedAt', 'readyAt', 'endedAt'] as const) this.#set(run, name, 0);
    this.setWide(run, 'runPosition', position);
  }

  #load(name: 'run' | 'restarts'): number {
    return load(this.#region.words, this.#base / 4 + CELL.at[name]);
  }

  #store(name: 'run' | 'restarts', value: number): void {
    store(this.#region.words, this.#base / 4 + CELL.at[name], value);
  }

  #set(run: number, name: WordName | WideName, value: number): void {
    store(this.#region.words, this.#base / 4 + CELL.at[name] + (run & 1), value);
  }

  /** Null until it is set. W2, read before W1's word. */
  protected getWide(run: number, name: WideName): number | null {
    const at = this.#base / 4 + CELL.at[name] + (run & 1);
    const low = load(this.#region.words, at);
    return low === 0 ? null : (low >>> 1) + load(this.#region.words, at + BANKS) * LOW_RANGE;
  }

  /** Once a run. W1: the high word. W2: the low one, which says that both are there. */
  protected setWide(run: number, name: WideName, value: number): void {
    const at = this.#base / 4 + CELL.at[name] + (run & 1);
    store(this.#region.words, at + BANKS, Math.floor(value / LOW_RANGE));
    store(this.#region.words, at, ((value % LOW_RANGE) << 1) | 1);
  }
}

const fromPlusOne = (value: number): number | null => (value === 0 ? null : value - 1);
