/**
 * One process's facts in shared memory, readable from any thread without asking.
 *
 * Roles     The process worker writes every word; the control thread races with it on `state` alone, by compare-and-swap.
 * Layout    `CELL`, printed by its `table()` and pinned by test/process/cell.test.ts.
 * Algorithm A run begins: B1 run ← run + 1, B2 the run's words are reset, B3 state leaves `pending`. While it lasts each
 *           word is written at most once, before the move of `state` that implies it: pid before `running`, exit status
 *           before `stopped` or `failed`. Snapshot: S1 run, S2 state, S3 the words, S4 run; S1 ≠ S4 starts over.
 * Invariant I1 a snapshot's words are all of one run.  I2 a snapshot whose state is ended has that run's exit status.
 * Ordering  Every word is atomic, so all steps have one order. S1 = S4 means that no B1 lies between, hence no reset; the
 *           words were read after S2, hence after the writes that the state read there implies.
 * Progress  Writers: wait-free. Snapshot: lock-free, it starts over only when a run has begun meanwhile.
 * Crash     A lost worker is fatal to the daemon (DECISIONS: processes cannot be pumped by another), so none is repaired.
 * Wrap      `run` wraps after 2³² restarts of one slot; a snapshot would have to sleep through all of them.
 */
import { add, load, loadWide, store, storeWide } from '#atomic';
import { layout, wide, word } from '../lockfree/layout.ts';
import type { Region } from '../lockfree/segment.ts';
import { StateWord } from '../lockfree/state-word.ts';
import { ENDINGS, type EndedBy, type ProcessState, TRANSITIONS } from './machine.ts';

const WORKER = 'process worker';

export const CELL = layout({
  state: word('control thread, process worker'),
  run: word(WORKER),
  pid: word(WORKER),
  pgid: word(WORKER),
  /** Exit code plus one; 0: none. */
  exitCode: word(WORKER),
  /** Signal number; 0: none. */
  exitSignal: word(WORKER),
  /** Place in ENDINGS. */
  endedBy: word(WORKER),
  restarts: word(WORKER),
  /** Microseconds since the epoch plus one; 0: not yet. */
  startedAt: wide(WORKER),
  readyAt: wide(WORKER),
  endedAt: wide(WORKER),
  /** Bytes that earlier runs of this entry have written to both streams. */
  runPosition: wide(WORKER),
});

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

type WordName = 'run' | 'pid' | 'pgid' | 'exitCode' | 'exitSignal' | 'endedBy' | 'restarts';
type WideName = 'startedAt' | 'readyAt' | 'endedAt' | 'runPosition';

export interface ExitFacts {
  readonly code: number | null;
  readonly signal: number | null;
  readonly endedBy: EndedBy;
  readonly micros: number;
}

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
    for (const name of ['run', 'restarts'] as const) this.#set(name, 0);
    this.#clearRun(0);
    this.state.reset('pending');
  }

  /** B1 and B2. `position` is where the output stands. */
  beginRun(position: number): number {
    add(this.#region.words, this.#word('run'), 1);
    this.#clearRun(position);
    return load(this.#region.words, this.#word('run'));
  }

  started(pid: number, pgid: number, micros: number): void {
    this.#set('pid', pid);
    this.#set('pgid', pgid);
    this.#setWide('startedAt', micros + 1);
  }

  ready(micros: number): void {
    if (this.#getWide('readyAt') === 0) this.#setWide('readyAt', micros + 1);
  }

  restarted(): void {
    add(this.#region.words, this.#word('restarts'), 1);
  }

  ended({ code, signal, endedBy, micros }: ExitFacts): void {
    this.#set('exitCode', code === null ? 0 : code + 1);
    this.#set('exitSignal', signal ?? 0);
    this.#set('endedBy', ENDINGS.indexOf(endedBy));
    this.#setWide('endedAt', micros + 1);
  }

  /** S1 to S4. */
  snapshot(): CellSnapshot {
    for (;;) {
      const run = this.#get('run');
      const state = this.state.get();
      const snapshot = {
        run,
        state,
        pid: this.#get('pid') || null,
        pgid: this.#get('pgid') || null,
        exitCode: fromPlusOne(this.#get('exitCode')),
        exitSignal: this.#get('exitSignal') || null,
        endedBy: ENDINGS[this.#get('endedBy')] ?? null,
        restarts: this.#get('restarts'),
        startedAt: fromPlusOne(this.#getWide('startedAt')),
        readyAt: fromPlusOne(this.#getWide('readyAt')),
        endedAt: fromPlusOne(this.#getWide('endedAt')),
        runPosition: this.#getWide('runPosition'),
      };
      if (this.#get('run') === run) return snapshot;
    }
  }

  #clearRun(position: number): void {
    for (const name of ['pid', 'pgid', 'exitCode', 'exitSignal', 'endedBy'] as const) this.#set(name, 0);
    for (const name of ['startedAt', 'readyAt', 'endedAt'] as const) this.#setWide(name, 0);
    this.#setWide('runPosition', position);
  }

  #word = (name: WordName): number => this.#base / 4 + CELL.at[name];
  #wide = (name: WideName): number => this.#base / 8 + CELL.at[name];
  #get = (name: WordName): number => load(this.#region.words, this.#word(name));
  #set = (name: WordName, value: number): void => store(this.#region.words, this.#word(name), value);
  #getWide = (name: WideName): number => Number(loadWide(this.#region.wide, this.#wide(name)));
  #setWide = (name: WideName, value: number): void => storeWide(this.#region.wide, this.#wide(name), BigInt(value));
}

const fromPlusOne = (value: number): number | null => (value === 0 ? null : value - 1);
