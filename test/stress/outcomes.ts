/** How often each outcome of a stress run was seen. */
export type Outcomes = Readonly<Record<string, number>>;

/** `saw` counts one more of an outcome. */
export function outcomeTable(): { readonly outcomes: Outcomes; saw(outcome: string): void } {
  const outcomes: Record<string, number> = {};
  return {
    outcomes,
    saw(outcome) {
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    },
  };
}

/** Outcomes of any table that are not among the acceptable ones. */
export function forbidden(tables: readonly Outcomes[], acceptable: ReadonlySet<string>): string[] {
  const seen = new Set(tables.flatMap((table) => Object.keys(table)));
  return [...seen].filter((outcome) => !acceptable.has(outcome)).sort();
}
