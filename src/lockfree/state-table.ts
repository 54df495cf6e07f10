/**
 * A transition table as its state words use it: states as numbers, moves as a matrix. Private to its thread.
 */

/** Every state with the states that it may become; an end state has an empty row. */
export type Transitions<S extends string> = Readonly<Record<S, readonly S[]>>;

/** Made once for all words of a kind, so that a word is two references and reading many of them stays in the cache. */
export class StateTable<S extends string> {
  readonly states: readonly S[];
  /** Of each code, which codes the table lets it become. */
  readonly #moves: readonly (readonly boolean[])[];

  /** A state's code is the place of its row. */
  constructor(table: Transitions<S>) {
    const states: S[] = [];
    for (const state in table) states.push(state);
    this.states = states;
    this.#moves = states.map((from) => states.map((to) => table[from].includes(to)));
  }

  /** States are few, and comparing their names costs less than a call of indexOf(). */
  codeOf(state: S): number {
    for (let code = 0; code < this.states.length; code++) if (this.states[code] === state) return code;
    return -1;
  }

  allows(from: number, to: number): boolean {
    return this.#moves[from]?.[to] ?? false;
  }
}
