/**
 * One process's facts in shared memory, readable from any thread without asking.
 */
import { add, load, store, type Words } from '#atomic';
import { layout, word } from '../lockfree/layout.ts';
import type { Region } from '../lockfree/segment.ts';
import { StateTable, StateWord } from '../lockfree/state-word.ts';
import { ENDINGS, type EndedBy, type ProcessState, TRANSITIONS } from './machine.ts';

/** Writers of a cell. They share its lines: what is written together is read together, and the control thread writes `state` alone. */
const WRITERS = 'control thread, process worker';
// Of a bank: five words, and three times and a position of two.
const BANK_WORDS = 13;

export const CELL = layout({
  state: word(WRITERS),
  run: word(WRITERS),
  restarts: word(WRITERS),
  // The bank of runs of even number.
  pid: word(WRITERS),
  pgid: word(WRITERS),
  /** Exit code plus one; 0: none. */
  exitCode: word(WRITERS),
  /** Signal number; 0: none. */
  exitSignal: word(WRITERS),
  /** Place in ENDINGS. */
  endedBy: word(WRITERS),
  // Two words each: low, then high. The low word holds 31 bits and a bit that says: there is one.
  /** Microseconds since the epoch. */
  startedAt: word(WRITERS, 2),
  readyAt: word(WRITERS, 2),
  endedAt: word(WRITERS, 2),
  /** Bytes that earlier runs of this entry have written to both streams. */
  runPosition: word(WRITERS, 2),
  /** The same for runs of odd number. */
  oddBank: word(WRITERS, BANK_WORDS),
});

const AT = CELL.at;
const LOW_RANGE = 2 ** 31;
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

const TIMES = [AT.startedAt, AT.readyAt, AT.endedAt] as const;

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
 * Layout      CELL, pinned by test/process/cell.test.ts: a line of 128 bytes a slot; the words of a run twice, run r uses the bank
 *             r mod 2. What a snapshot reads of an even run are the first 64 bytes.
 * States      src/process/machine.ts. A run goes pending → starting → … → stopped or failed; from there a new run leads on.
 * Algorithm   A run: B1 state → starting   B2 the next run's bank is reset   B3 run ← run + 1   B4 pid, group and start are
 *             written   B5 state → running   B6 exit status and end are written   B7 state → stopped or failed.
 *             A time or position: W1 its high word   W2 its low one, never 0; absent while that is 0. The start is written after
 *             pid and group, the end after the exit status: what belongs to an absent time is absent, whatever its words hold.
 *             Snapshot: S1 run   S2 state   S3 its bank: times, then what belongs to those that are there   S4 run; S1 ≠ S4 starts over.
 * Invariants  I1 a snapshot's words are all of the run that it names.   I2 a snapshot whose state is ended has that run's exit
 *             status.   I3 one whose state is running has its pid.   I4 a time or position is one that was written, or absent.
 *             I5 a run without a start has no pid, one without an end no exit status, also while the bank holds those of the run before last.
 * Ordering    Every word is atomic, so all steps have one order. S1 = S4 means that no B3 lies between; the bank of run r is reset
 *             only for run r + 2, after the B3 of run r + 1, hence not in S3. The words were read after S2, hence after the writes
 *             that the state read there implies. Between B1 and B3 a snapshot names the run before, whose end it tells beside
 *             `starting`: ManagedProcess shows an end only with an ended state. (With one bank, reset after `run` had changed, a
 *             snapshot between the two mixed runs: the model check refused that.) I4: a bank's run writes it once, high word first,
 *             and the low word is read first. I5: B2 takes the times away, before the run has its number; a start or an end that is
 *             read was written after what belongs to it.
 * Effect      snapshot: S4.  Each write: its store.
 * Progress    Writers wait-free. snapshot lock-free: it starts over only when a run has begun meanwhile. A stalled writer prevents nothing.
 * Wrap/ABA    `run` wraps after 2³² runs of one slot; a snapshot would have to sleep through exactly so many.
 * Crash       A lost worker is fatal to the daemon, since its pipes cannot be had back: nothing is repaired.
 * Cost        snapshot 8 loads, 5 more once it has started, 4 once it has ended; 128 bytes a slot.
 * Not given   waiting for a change (see changes.ts); the facts of earlier runs.
 * Source      the reference's ManagedProcess: atomic state, pid, exit code, times.
 * Checked by  test/model/cell.model.ts (I1 to I5, stall, wrong twins), test/process/cell.test.ts
 */
export class ProcessCell {
  readonly state: StateWord<ProcessState>;
  readonly #words: Words;
  readonly #at: number;

  /** `region` holds one CELL per slot. */
  constructor({ words }: Region, slot: number) {
    this.#words = words;
    this.#at = (slot * CELL.bytes) >> 2;
    this.state = new StateWord(words, this.#at + AT.state, STATES);
  }

  /** A new tenant of the slot: everything as before a first run. Whoever registers it, before the id can be found. */
  reset(): void {
    store(this.#words, this.#at + AT.run, 0);
    store(this.#words, this.#at + AT.restarts, 0);
    for (const run of [0, 1]) this.resetBank(run, 0);
    this.state.reset('pending');
  }

  /** B2 and B3; the number of the run. `position` is where the output stands. */
  beginRun(position: number): number {
    const run = (this.run() + 1) | 0;
    this.resetBank(run, position);
    store(this.#words, this.#at + AT.run, run);
    return run;
  }

  started(pid: number, pgid: number, micros: number): void {
    const bank = this.#bankOf(this.run());
    store(this.#words, bank + AT.pid, pid);
    store(this.#words, bank + AT.pgid, pgid);
    this.setWide(bank + AT.startedAt, micros);
  }

  ready(micros: number): void {
    const at = this.#bankOf(this.run()) + AT.readyAt;
    if (this.getWide(at) === null) this.setWide(at, micros);
  }

  restarted(): void {
    add(this.#words, this.#at + AT.restarts, 1);
  }

  ended({ code, signal, endedBy, micros }: ExitFacts): void {
    const bank = this.#bankOf(this.run());
    store(this.#words, bank + AT.exitCode, code === null ? 0 : code + 1);
    store(this.#words, bank + AT.exitSignal, signal ?? 0);
    store(this.#words, bank + AT.endedBy, ENDINGS.indexOf(endedBy));
    this.setWide(bank + AT.endedAt, micros);
  }

  /** S1 to S4. */
  snapshot(): CellSnapshot {
    for (;;) {
      const run = this.run();
      const snapshot = this.look(run);
      if (this.run() === run) return snapshot;
    }
  }

  /** S2 and S3. Spelled out: this is what every status of every process costs. */
  protected look(run: number): CellSnapshot {
    const words = this.#words;
    const bank = this.#bankOf(run);
    const state = this.state.get();
    const startedAt = this.getWide(bank + AT.startedAt);
    const endedAt = this.getWide(bank + AT.endedAt);
    const isStarted = startedAt !== null;
    const isEnded = endedAt !== null;
    return {
      run,
      state,
      restarts: load(words, this.#at + AT.restarts),
      pid: isStarted ? load(words, bank + AT.pid) || null : null,
      pgid: isStarted ? load(words, bank + AT.pgid) || null : null,
      exitCode: isEnded ? fromPlusOne(load(words, bank + AT.exitCode)) : null,
      exitSignal: isEnded ? load(words, bank + AT.exitSignal) || null : null,
      endedBy: isEnded ? (ENDINGS[load(words, bank + AT.endedBy)] ?? null) : null,
      startedAt,
      readyAt: isStarted ? this.getWide(bank + AT.readyAt) : null,
      endedAt,
      runPosition: this.getWide(bank + AT.runPosition) ?? 0,
    };
  }

  protected resetBank(run: number, position: number): void {
    const bank = this.#bankOf(run);
    for (const at of TIMES) store(this.#words, bank + at, 0);
    this.setWide(bank + AT.runPosition, position);
  }

  /** Number of the latest run; 0 before the first. */
  run(): number {
    return load(this.#words, this.#at + AT.run);
  }

  /** Where the words of a run's bank are, less the offsets of their fields. */
  #bankOf(run: number): number {
    return this.#at + (run & 1) * BANK_WORDS;
  }

  /** Null until it is set. W2, read before W1's word. */
  protected getWide(at: number): number | null {
    const low = load(this.#words, at);
    return low === 0 ? null : (low >>> 1) + load(this.#words, at + 1) * LOW_RANGE;
  }

  /** Once a run. W1: the high word. W2: the low one, which says that both are there. */
  protected setWide(at: number, value: number): void {
    const high = Math.floor(value / LOW_RANGE);
    store(this.#words, at + 1, high);
    store(this.#words, at, ((value - high * LOW_RANGE) << 1) | 1);
  }
}

const fromPlusOne = (value: number): number | null => (value === 0 ? null : value - 1);
