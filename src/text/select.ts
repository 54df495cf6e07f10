/** Which lines a reader asked for: grep, then head, then tail, then the lines around each. */

export interface Selection {
  /** Lines that match this regular expression. */
  readonly grep?: string | undefined;
  /** Not those that match this one. */
  readonly grepV?: string | undefined;
  readonly head?: number | undefined;
  readonly tail?: number | undefined;
  /** Lines before and after each match that are shown with it. */
  readonly context?: number | undefined;
}

/** Tests a user's pattern on each text; it throws for a pattern that is invalid or runs away. */
export type Match = (pattern: string, texts: readonly string[]) => Promise<readonly boolean[]>;

export interface Chosen<L> {
  readonly line: L;
  /** Shown for the sake of a match near it. */
  readonly context: boolean;
  /** Lines between this one and the one shown before it were left out, with context asked for. */
  readonly gap: boolean;
}

export interface Selected<L> {
  readonly chosen: readonly Chosen<L>[];
  /** Lines there were. */
  readonly total: number;
  /** Lines that passed grep and grepV. */
  readonly matched: number;
}

/** Lines of `lines`, in their order. */
export async function selectLines<L extends { readonly text: string }>(
  lines: readonly L[],
  selection: Selection,
  match: Match,
): Promise<Selected<L>> {
  const matched = await matching(lines, selection, match);
  const wanted = ends(matched, selection);
  const filtered = selection.grep !== undefined || selection.grepV !== undefined;
  const around = filtered ? (selection.context ?? 0) : 0;
  return { chosen: withContext(lines, wanted, around), total: lines.length, matched: matched.length };
}

async function matching(
  lines: readonly { readonly text: string }[],
  { grep, grepV }: Selection,
  match: Match,
): Promise<number[]> {
  let left = lines.map((_, index) => index);
  const keep = async (pattern: string | undefined, verdict: boolean): Promise<void> => {
    if (pattern === undefined) return;
    const verdicts = await match(
      pattern,
      left.map((index) => lines[index]?.text ?? ''),
    );
    left = left.filter((_, at) => verdicts[at] === verdict);
  };
  await keep(grep, true);
  await keep(grepV, false);
  return left;
}

function ends(indices: readonly number[], { head, tail }: Selection): readonly number[] {
  const first = head === undefined ? indices : indices.slice(0, head);
  return tail === undefined ? first : first.slice(Math.max(first.length - tail, 0));
}

function withContext<L>(lines: readonly L[], wanted: readonly number[], around: number): Chosen<L>[] {
  const chosen: Chosen<L>[] = [];
  const own = new Set(wanted);
  let next = 0;
  for (const index of wanted) {
    const from = Math.max(index - around, next);
    const to = Math.min(index + around, lines.length - 1);
    lines.slice(from, to + 1).forEach((line, offset) => {
      const gap = around > 0 && offset === 0 && chosen.length > 0 && from > next;
      chosen.push({ line, context: !own.has(from + offset), gap });
    });
    next = Math.max(next, to + 1);
  }
  return chosen;
}
