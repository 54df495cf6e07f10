/**
 * Counts of rules in shared memory: written by the proxy's worker, read by the control thread without asking. They outlive the
 * worker, so that the next one goes on with `times`, `nth` and chance where it stopped.
 */
import { addWide, loadWide, storeWide, type WideWords } from '#atomic';

/** Of chaos as a whole. */
export const TOTALS = [
  'requests',
  'affected',
  'latencyMs',
  'errors',
  'drops',
  'truncated',
  'reordered',
  'draws',
  /** Requests whose URL was too much work for the patterns. */
  'unmatched',
] as const;
export type ShapeTotal = (typeof TOTALS)[number];

/** Of one rule. */
export const CELLS = ['matched', 'applied', 'draws'] as const;
export type RuleCell = (typeof CELLS)[number];

/** Slots: twice the rules that a proxy may have, since those that are replaced keep theirs for a moment. */
export const RULE_SLOTS = 2_400;
const HEAD = 16;
const PER_RULE = 4;
/** All words have one writer at a time: nothing is gained by keeping them on lines of their own. */
export const RULE_CELLS_BYTES = Math.ceil(((HEAD + RULE_SLOTS * PER_RULE) * 8) / 128) * 128;

export class RuleCells {
  readonly #words: WideWords;

  constructor(words: WideWords) {
    this.#words = words;
  }

  /** In the worker. */
  addTotal(total: ShapeTotal, n: number): void {
    addWide(this.#words, TOTALS.indexOf(total), BigInt(n));
  }

  total(total: ShapeTotal): number {
    return Number(loadWide(this.#words, TOTALS.indexOf(total)));
  }

  /** In the worker. */
  add(slot: number, cell: RuleCell): void {
    addWide(this.#words, at(slot, cell), 1n);
  }

  get(slot: number, cell: RuleCell): number {
    return Number(loadWide(this.#words, at(slot, cell)));
  }

  /** Before the rule is sent to the worker, and never while it is there. */
  clear(slot: number): void {
    for (const cell of CELLS) storeWide(this.#words, at(slot, cell), 0n);
  }

  /** As clear: while no chaos is in force. */
  clearTotals(): void {
    for (const index of TOTALS.keys()) storeWide(this.#words, index, 0n);
  }
}

const at = (slot: number, cell: RuleCell): number => HEAD + slot * PER_RULE + CELLS.indexOf(cell);
