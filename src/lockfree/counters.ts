/**
 * Named counters and flags in shared memory: any thread adds, any thread reads, no total is ever torn.
 */
import { addWide, exchange, load, loadWide, store, type WideWords, type Words } from '#atomic';
import { type Layout, LINE, layout, wide, word } from './layout.ts';
import { numberOf, wideOf } from './total.ts';

/** Memory of named counters, one line each: threads that add to different counters do not share lines. */
export function countersLayout(names: readonly string[]): Layout<string> {
  const line = wide('any thread', LINE / BigInt64Array.BYTES_PER_ELEMENT);
  return layout(Object.fromEntries(names.map((name) => [name, line])));
}

/**
 * What        Named 64-bit totals: any thread adds, any thread reads; nothing is lost.
 * Roles       everything: any thread.
 * Layout      offset   bytes  field   writer      meaning
 *             128 · i  128    name i  any thread  total in the first 8 bytes, signed; the rest keeps neighbours away
 * States      none.
 * Algorithm   add: one atomic add.  get: one atomic load.
 * Invariants  I1 a total is the sum of all adds that took effect.   I2 a reader sees totals in the order they had.
 * Ordering    no plain word is involved; one 64-bit width per word, so a total cannot tear.
 * Effect      add: its add.  get: its load.  Two gets are two moments: totals of different counters need not add up.
 * Progress    wait-free; a stalled peer prevents nothing.
 * Wrap/ABA    2⁶³ never comes; get is exact up to 2⁵³ (at 10 GB/s of bytes: 10 days per 2⁵³, at 10⁶ events/s 285 years).
 * Crash       an add took effect or did not; there is nothing to repair.
 * Cost        add and get 1 atomic each, 12 and 14 ns (Node 20, x86-64); 128 bytes per counter.
 * Not given   a consistent snapshot of several counters; resetting.
 * Source      the reference's atomic.Int64.
 * Checked by  test/model/counters.model.ts (I1, I2, stall, wrong twins), test/stress/words.stress.ts, test/lockfree/counters.test.ts
 */
export class Counters<Name extends string> {
  protected readonly wide: WideWords;
  readonly #at: Readonly<Record<string, number>>;
  readonly #base: number;

  /** Counters on countersLayout(names).bytes bytes from 64-bit word `at` on; all threads pass the same names in the same order. */
  constructor(wide: WideWords, at: number, names: readonly Name[]) {
    this.wide = wide;
    this.#base = at;
    this.#at = countersLayout(names).at;
  }

  /** Adds an integer, 1 by default; it may be negative. Any thread; wait-free. */
  add(name: Name, n = 1): void {
    addWide(this.wide, this.indexOf(name), wideOf(n));
  }

  /** The total now, exact up to 2⁵³. Any thread; wait-free. */
  get(name: Name): number {
    return numberOf(loadWide(this.wide, this.indexOf(name)));
  }

  protected indexOf(name: Name): number {
    const at = this.#at[name];
    if (at === undefined) throw new RangeError(`counter=${name}: one of ${Object.keys(this.#at).join(', ')} expected`);
    return this.#base + at;
  }
}

export const FLAG = layout({ up: word('any thread') });

/**
 * What        One bit that any thread raises, lowers and reads; of several raisers exactly one is told that it was the first.
 * Roles       everything: any thread.
 * Layout      offset  bytes  field  writer      meaning
 *             0       4      up     any thread  1 while it is raised, else 0
 * States      down ⇄ up.
 * Algorithm   raise: exchange for 1.  lower: store of 0.  isUp: load.
 * Invariants  I1 between two lowerings one raise at most answers true.
 * Ordering    no plain word is involved; what a raiser wrote before is seen by whoever then finds the flag up.
 * Effect      each operation's only atomic.
 * Progress    wait-free; a stalled peer prevents nothing.
 * Wrap/ABA    up, down and up again looks like up.
 * Crash       nothing to repair; a flag that a lost thread should have lowered stays up.
 * Cost        1 atomic; 128 bytes.
 * Not given   waiting for it (see park.ts).
 * Source      the reference's atomic.Bool.
 * Checked by  test/model/flag.model.ts (I1, wrong twin), test/stress/words.stress.ts, test/lockfree/counters.test.ts
 */
export class Flag {
  readonly #words: Words;
  readonly #at: number;

  constructor(words: Words, at: number) {
    this.#words = words;
    this.#at = at;
  }

  /** Raises it; whether this call did, so that of several threads exactly one is the first. */
  raise(): boolean {
    return exchange(this.#words, this.#at, 1) === 0;
  }

  lower(): void {
    store(this.#words, this.#at, 0);
  }

  isUp(): boolean {
    return load(this.#words, this.#at) !== 0;
  }
}
