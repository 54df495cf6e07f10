/** Where the output of a process that is gone has ended, by its key: the next one of that id goes on from there, and a cursor stays a cursor. */

const MOST_KEYS = 1_024;

export class OutputEnds {
  readonly #ends = new Map<string, number>();

  /** Past the bound the one that was noted first goes: its cursors then begin anew. */
  note(key: string, end: number): void {
    this.#ends.delete(key);
    this.#ends.set(key, end);
    for (const oldest of this.#ends.keys()) {
      if (this.#ends.size <= MOST_KEYS) return;
      this.#ends.delete(oldest);
    }
  }

  /** 0 for a key that is not known. */
  of(key: string): number {
    return this.#ends.get(key) ?? 0;
  }
}
