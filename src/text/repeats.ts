/** Equal lines in a row shown once: `text ×37`. */

export type Repeated<L> = L & { readonly times: number };

/** The first of each run of equal lines of one stream, with the run's length. */
export function collapseRepeats<L extends { readonly text: string; readonly stream?: string }>(
  lines: readonly L[],
): Repeated<L>[] {
  const runs: { line: L; times: number }[] = [];
  for (const line of lines) {
    const last = runs.at(-1);
    if (last !== undefined && last.line.text === line.text && last.line.stream === line.stream) last.times += 1;
    else runs.push({ line, times: 1 });
  }
  return runs.map(({ line, times }) => ({ ...line, times }));
}

/** A run as it is shown; several empty lines are one, without a count. */
export const repeatedText = ({ text, times }: { readonly text: string; readonly times: number }): string =>
  times > 1 && text !== '' ? `${text} ×${times}` : text;
