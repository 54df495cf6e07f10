/**
 * One process's facts in shared memory, readable from any thread without asking.
 */
import { add, load, store, type Words } from '#atomic';
import { layout, word } from '../lockfree/layout.ts';
import type { Region } from '../lockfree/segment.ts';
import { advance } from '../lockfree/sequence.ts';
import { StateTable, StateWord } from '../lockfree/state-word.ts';
import { ENDINGS, type EndedBy, type ProcessState, TRANSITIONS } from './machine.ts';

/** Who writes what every snapshot begins with: those words share a line. */
const BOTH = 'control thread, process worker';
/** A power of two, since numbers of records wrap. */
export const RECORDS = 4;
/** A line of 64 bytes. */
const RECORD_WORDS = 16;

export const CELL = layout({
  state: word(BOTH),
  /** Number of the record that holds now. */
  current: word(BOTH),
  restarts: word(BOTH),
  /** Record n is the one at n mod RECORDS. */
  records: word('process worker', RECORDS * RECORD_WORDS),
});

/** Words of a record. Those of two are low, then high: the low one holds 31 bits and a bit that says that there is a value. */
const AT = {
  number: 0,
  run: 1,
  pid: 2,
  pgid: 3,
  /** Exit code plus one (12 bits), signal number (8), place in ENDINGS; each 0 for none. */
  exit: 4,
  /** Microseconds since the segment's epoch, as those of readyAt and endedAt. */
  startedAt: 5,
  readyAt: 7,
  endedAt: 9,
  /** Bytes that earlier runs of this entry have written to both streams. */
  runPosition: 11,
  end: 13,
} as const;

const LOW_RANGE = 2 ** 31;
const CODES = 0xfff;
const SIGNAL_SHIFT = 12;
const SIGNALS = 0xff;
const ENDING_SHIFT = 20;
const STATES = new StateTable(TRANSITIONS);

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

export interface ExitFacts {
  readonly code: number | null;
  readonly signal: number | null;
  readonly endedBy: EndedBy;
  readonly micros: number;
}

/**
 * What        The facts of one process, one cell a slot: one writer, any readers, who see those of one instant.
 * Roles       The process worker writes records. The control thread races with it on `state` alone, by compare-and-swap, adds to
 *             `restarts`, and resets the cell for a new tenant before its id can be found. Any thread reads.
 * Layout      (4 records)
 *             offset  bytes  field     writer           meaning
 *             0       4      state     both             src/process/machine.ts; by CAS only
 *             4       4      current   process worker   number of the record that holds, wrapping
 *             8       4      restarts  both             by add only
 *             128     256    records   process worker   record n at n mod 4: its number, then the facts of AT; a line each
 *             384
 * States      A run goes pending → starting → … → stopped or failed; from there a new run leads on.
 * Algorithm   Change:    W1 the next record's number ← current + 1   W2 its facts ← those of the current one, then what changes
 *                        W3 current ← current + 1
 *             Snapshot:  S1 n ← current   S2 state, restarts   S3 current still n? else S1   S4 record n's facts
 *                        S5 its number still n? else S1
 *             A run:     state → starting, Change: run + 1 and no other fact, Change: pid, group and start, state → running,
 *                        Change: exit status and end, state → stopped or failed.
 * Invariants  I1 a snapshot's facts are those of one Change, whole.   I2 one whose state is ended has that run's exit status.
 *             I3 one whose state is running has its pid.   I4 its facts held when its state did.
 * Ordering    Every word is atomic, so all steps have one order. I1: n was current in S1, so its W2 was over; what takes its place is
 *             n + 4, and writes that number first: while S5 finds n, no word of S4 was of n + 4. I4: current was n from S1 to S3, and
 *             S2 lies between. I2, I3: state is moved after the Change that it tells of, so when it was read that record, or a later one,
 *             was current; a later one is of the same run, or follows a move to starting. Between that move and the next Change a
 *             snapshot tells the end of the run before beside `starting`: ManagedProcess shows an end only with an ended state.
 * Effect      snapshot: S2.  run: its first load.  Each change: W3.
 * Progress    Changes wait-free. snapshot lock-free: S3 fails if a change was made meanwhile, S5 if four were. A stalled writer
 *             prevents nothing.
 * Wrap/ABA    `current` wraps after 2³² changes of one slot; a snapshot would have to sleep through exactly so many.
 * Crash       A lost worker is fatal to the daemon, since its pipes cannot be had back: nothing is repaired.
 * Cost        snapshot 10 loads, 5 more once it is ready, 2 once it has ended. Beside a writer two lines come from its
 *             processor, however much it writes: what all snapshots read lies in one, a record in the other. A change 13 loads
 *             and 15 stores. 384 bytes a slot.
 * Not given   waiting for a change (see changes.ts); the facts of earlier runs.
 * Source      the reference's ManagedProcess: atomic state, pid, exit code, times. Records by number: a seqlock (Boehm, "Can Seqlocks Get
 *             Along with Programming Language Memory Models?", MSPC 2012) with more than one place, so that readers need not wait.
 * Checked by  test/model/cell.model.ts (I1 to I4, stall, wrong twins), test/process/cell.test.ts
 */
export class ProcessCell {
  readonly state: StateWord<ProcessState>;
  readonly #words: Words;
  readonly #currentAt: number;
  readonly #restartsAt: number;
  readonly #recordsAt: number;

  /** `region` holds one CELL per slot. */
  constructor({ words }: Region, slot: number) {
    const at = (slot * CELL.bytes) >> 2;
    this.#words = words;
    this.#currentAt = at + CELL.at.current;
    this.#restartsAt = at + CELL.at.restarts;
    this.#recordsAt = at + CELL.at.records;
    this.state = new StateWord(words, at + CELL.at.state, STATES);
  }

  /** A new tenant of the slot: everything as before a first run. Whoever registers it, before the id can be found. */
  reset(): void {
    store(this.#words, this.#restartsAt, 0);
    this.#begin(0, 0);
    this.state.reset('pending');
  }

  /** The number of the run. `position` is where the output stands. */
  beginRun(position: number): number {
    const run = advance(this.run());
    this.#begin(run, position);
    return run;
  }

  started(pid: number, pgid: number, micros: number): void {
    const record = this.draft();
    store(this.#words, record + AT.pid, pid);
    store(this.#words, record + AT.pgid, pgid);
    this.#setWide(record + AT.startedAt, micros);
    this.publish();
  }

  /** The first time that a run is told to be ready counts. */
  ready(micros: number): void {
    if (this.snapshot().readyAt !== null) return;
    this.#setWide(this.draft() + AT.readyAt, micros);
    this.publish();
  }

  restarted(): void {
    add(this.#words, this.#restartsAt, 1);
  }

  ended({ code, signal, endedBy, micros }: ExitFacts): void {
    const record = this.draft();
    const codePlusOne = code === null ? 0 : code + 1;
    const ending = ENDINGS.indexOf(endedBy);
    store(this.#words, record + AT.exit, codePlusOne | ((signal ?? 0) << SIGNAL_SHIFT) | (ending << ENDING_SHIFT));
    this.#setWide(record + AT.endedAt, micros);
    this.publish();
  }

  /** Number of the latest run; 0 before the first. */
  run(): number {
    for (;;) {
      const number = load(this.#words, this.#currentAt);
      const record = this.#recordAt(number);
      const run = load(this.#words, record + AT.run);
      if (this.isWhole(record, number)) return run;
    }
  }

  /** S1 to S5. */
  snapshot(): CellSnapshot {
    for (;;) {
      const number = load(this.#words, this.#currentAt); // S1
      const state = this.state.get(); // S2
      const restarts = load(this.#words, this.#restartsAt);
      if (!this.isCurrent(number)) continue;
      const record = this.#recordAt(number);
      const snapshot = this.#look(record, state, restarts);
      if (this.isWhole(record, number)) return snapshot;
    }
  }

  /** S3. */
  protected isCurrent(number: number): boolean {
    return load(this.#words, this.#currentAt) === number;
  }

  /** S5. */
  protected isWhole(record: number, number: number): boolean {
    return load(this.#words, record + AT.number) === number;
  }

  /** W1, and W2 but for what changes: where the next record is. */
  protected draft(): number {
    const current = load(this.#words, this.#currentAt);
    const from = this.#recordAt(current);
    const record = this.number(advance(current));
    for (let n = AT.run; n < AT.end; n++) store(this.#words, record + n, load(this.#words, from + n));
    return record;
  }

  /** W1. */
  protected number(next: number): number {
    const record = this.#recordAt(next);
    store(this.#words, record + AT.number, next);
    return record;
  }

  /** W3. */
  protected publish(): void {
    add(this.#words, this.#currentAt, 1);
  }

  /** A Change to a run of which nothing is known yet. */
  #begin(run: number, position: number): void {
    const record = this.number(advance(load(this.#words, this.#currentAt)));
    for (let n = AT.run; n < AT.end; n++) store(this.#words, record + n, 0);
    store(this.#words, record + AT.run, run);
    this.#setWide(record + AT.runPosition, position);
    this.publish();
  }

  /** S4. Spelled out: this is what every status of every process costs. */
  #look(record: number, state: ProcessState, restarts: number): CellSnapshot {
    const words = this.#words;
    const startedAt = this.#getWide(record + AT.startedAt);
    const endedAt = this.#getWide(record + AT.endedAt);
    const isStarted = startedAt !== null;
    const exit = endedAt === null ? 0 : load(words, record + AT.exit);
    return {
      run: load(words, record + AT.run),
      state,
      restarts,
      pid: isStarted ? load(words, record + AT.pid) || null : null,
      pgid: isStarted ? load(words, record + AT.pgid) || null : null,
      exitCode: (exit & CODES) === 0 ? null : (exit & CODES) - 1,
      exitSignal: (exit >> SIGNAL_SHIFT) & SIGNALS || null,
      endedBy: ENDINGS[exit >> ENDING_SHIFT] ?? null,
      startedAt,
      readyAt: isStarted ? this.#getWide(record + AT.readyAt) : null,
      endedAt,
      runPosition: this.#getWide(record + AT.runPosition) ?? 0,
    };
  }

  #recordAt(number: number): number {
    return this.#recordsAt + (number & (RECORDS - 1)) * RECORD_WORDS;
  }

  /** Null until it is set. */
  #getWide(at: number): number | null {
    const low = load(this.#words, at);
    return low === 0 ? null : (low >>> 1) + load(this.#words, at + 1) * LOW_RANGE;
  }

  #setWide(at: number, value: number): void {
    const high = Math.floor(value / LOW_RANGE);
    store(this.#words, at, ((value - high * LOW_RANGE) << 1) | 1);
    store(this.#words, at + 1, high);
  }
}
