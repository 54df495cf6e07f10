/** How much text one answer may hold: a size that suits a model unless more was asked for, and a hard cap. */

export const DEFAULT_LINES = 40;
export const DEFAULT_CHARACTERS = 4_000;
export const MOST_CHARACTERS = 100_000;

export interface Budget {
  readonly lines: number;
  readonly characters: number;
  /** Which end stays when not all fits. */
  readonly keep: 'first' | 'last';
}

/** What is shown when nothing is asked for. */
export interface DefaultBudget {
  readonly lines: number;
  readonly characters: number;
}

const DEFAULTS: DefaultBudget = { lines: DEFAULT_LINES, characters: DEFAULT_CHARACTERS };

/** Whoever names a number of lines has asked for as many; only the hard cap holds then. */
export function budgetFor(
  { head, tail }: { readonly head?: number | undefined; readonly tail?: number | undefined },
  { lines, characters }: DefaultBudget = DEFAULTS,
): Budget {
  if (head === undefined && tail === undefined) return { lines, characters, keep: 'last' };
  return { lines: Number.POSITIVE_INFINITY, characters: MOST_CHARACTERS, keep: tail === undefined ? 'first' : 'last' };
}

/** The range of `texts` that fits, each counted with a newline. The first one considered is always in. */
export function fitBudget(
  texts: readonly string[],
  budget: Budget,
): { readonly from: number; readonly to: number; readonly truncated: boolean } {
  const most = Math.min(texts.length, budget.lines);
  let count = 0;
  for (let characters = 0; count < most; count++) {
    const text = texts[budget.keep === 'first' ? count : texts.length - 1 - count] ?? '';
    characters += text.length + 1;
    if (count > 0 && characters > budget.characters) break;
  }
  const from = budget.keep === 'first' ? 0 : texts.length - count;
  return { from, to: from + count, truncated: count < texts.length };
}
