/** Equal lines in a row shown once: `text ×37`. */

export interface Collapsed<L> {
  /** The first of each run of equal lines of one stream. */
  readonly lines: readonly L[];
  /** The length of its run, of those that are not alone. */
  readonly times: ReadonlyMap<L, number>;
}

export function collapseRepeats<L extends { readonly text: string; readonly stream?: string }>(
  lines: readonly L[],
): Collapsed<L> {
  const first: L[] = [];
  const times = new Map<L, number>();
  for (const line of lines) {
    const last = first.at(-1);
    if (last !== undefined && last.text === line.text && last.stream === line.stream)
      times.set(last, (times.get(last) ?? 1) + 1);
    else first.push(line);
  }
  return { lines: first, times };
}

/** A run as it is shown; several empty lines are one, without a count. */
export const repeatedText = (text: string, times = 1): string =>
  times > 1 && text !== '' ? `${text} ×${times}` : text;
