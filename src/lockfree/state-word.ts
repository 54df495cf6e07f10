/**
 * A state in one shared word, moved by compare-and-swap along a transition table. For every state that two threads race on.
 */
import { compareExchange, load, store, type Words } from '#atomic';
import { layout, word } from './layout.ts';
import { StateTable, type Transitions } from './state-table.ts';

export { StateTable, type Transitions } from './state-table.ts';

export const STATE_WORD = layout({ state: word('any thread') });

/** The table has no such move: a bug of the caller, whatever the word holds. `current` is what it held just then. */
export class IllegalTransition<S extends string = string> extends Error {
  override readonly name = 'IllegalTransition';
  readonly from: S;
  readonly to: S;
  readonly current: S;

  constructor(from: S, to: S, current: S) {
    super(`from=${from} to=${to} current=${current}: the transition table has no such move`);
    this.from = from;
    this.to = to;
    this.current = current;
  }
}

/**
 * What        State of one thing in one word; any threads; a move that lost its race is refused, not repeated.
 * Roles       reset(): whoever owns the memory, before it is shared. Everything else: any thread.
 * Layout      offset  bytes  field  writer      meaning
 *             0       4      state  any thread  place of the state in the order of the table's rows
 * States      those of the table, and only its moves.
 * Algorithm   compareAndSwap: M1 refuse a move that the table lacks   M2 CAS from → to
 * Invariants  I1 the word is always a row of the table.   I2 of several racing moves out of one visit to a state, one succeeds.
 * Ordering    no plain word is involved. What a thread wrote before its M2 is seen by whoever then reads the new state.
 * Effect      get: its load.  compareAndSwap: M2, also when it answers false.  IllegalTransition: none.
 * Progress    all operations wait-free; a stalled peer prevents nothing.
 * Wrap/ABA    no counter. A state can come back (stopped → pending → … → stopped), so a CAS tells states apart, not visits:
 *             who means one visit keeps a number beside the word, and moves only while that number is the one it knows.
 * Crash       a peer lost before M2 has moved nothing, after M2 everything; there is nothing to repair.
 * Cost        get 1 load, 9 ns; compareAndSwap 1 CAS and a table look-up, 24 ns (Node 20, x86-64); 4 bytes.
 * Not given   waiting for a state (see park.ts); a history of states.
 * Source      the reference's ManagedProcess.CompareAndSwapState.
 * Checked by  test/model/state-word.model.ts (I1, I2, stall, wrong twins), test/stress/words.stress.ts, test/lockfree/state-word.test.ts
 */
export class StateWord<S extends string> {
  protected readonly words: Words;
  protected readonly at: number;
  readonly #table: StateTable<S>;

  /** The state at `words[at]`. All threads must be given the same table, rows in the same order; many words share a StateTable. */
  constructor(words: Words, at: number, table: Transitions<S> | StateTable<S>) {
    this.words = words;
    this.at = at;
    this.#table = table instanceof StateTable ? table : new StateTable(table);
  }

  /** Sets a first state; only while no other thread uses the word. */
  reset(state: S): void {
    store(this.words, this.at, this.#table.codeOf(state));
  }

  /** The state now. Any thread; wait-free. Throws a RangeError when the word was never this table's. */
  get(): S {
    return this.stateOf(load(this.words, this.at));
  }

  /**
   * Moves `from` → `to` if the state is `from`; whether it did. Any thread; takes effect at the CAS; wait-free.
   * Throws IllegalTransition when the table lacks the move.
   */
  compareAndSwap(from: S, to: S): boolean {
    const before = this.#table.codeOf(from);
    const after = this.#table.codeOf(to);
    if (!this.#table.allows(before, after)) throw new IllegalTransition(from, to, this.get()); // M1
    return this.move(before, after);
  }

  protected move(from: number, to: number): boolean {
    return compareExchange(this.words, this.at, from, to) === from; // M2
  }

  protected stateOf(code: number): S {
    const state = this.#table.states[code];
    if (state === undefined)
      throw new RangeError(`at=${this.at} holds ${code}: one of ${this.#table.states.length} states expected`);
    return state;
  }
}
