/**
 * Whether a history of concurrent operations has a legal order: Wing and Gong's search (JPDC 1993) with Lowe's memo ("Testing
 * for Linearizability", 2017).
 */

/** When an operation was called and when it returned; Infinity if it never did. */
export interface Timed {
  readonly call: number;
  readonly ret: number;
}

/** What the structure is, one operation at a time. */
export interface Specification<State, One> {
  readonly init: State;
  /** Whether the operation may answer as it did in this state, and the state after. */
  step(state: State, operation: One): readonly [boolean, State];
  /** Equal for equal states. */
  key(state: State): string;
}

/**
 * Whether there is an order that keeps "returned before the other was called" and that the specification allows step by step.
 * An operation that never returned may have taken effect or not: its step is tried (`out` is undefined), and left out.
 */
export function linearizable<State, One extends Timed>(
  history: readonly One[],
  specification: Specification<State, NoInfer<One>>,
): boolean {
  const operations = history.toSorted((a, b) => a.call - b.call);
  const isTaken = operations.map(() => false);
  const seen = new Set<string>();
  const isPending = ({ ret }: One) => ret === Number.POSITIVE_INFINITY;

  const search = (state: State): boolean => {
    if (operations.every((one, n) => isTaken[n] || isPending(one))) return true;
    const memo = `${isTaken.map(Number).join('')} ${specification.key(state)}`;
    if (seen.has(memo)) return false;
    seen.add(memo);
    // Who is called after another has returned comes after it; intervals are closed.
    const horizon = Math.min(...operations.filter((_, n) => !isTaken[n]).map(({ ret }) => ret));
    return operations.some((one, n) => {
      if (isTaken[n] || one.call > horizon) return false;
      const [isLegal, next] = specification.step(state, one);
      if (!isLegal) return false;
      isTaken[n] = true;
      if (search(next)) return true;
      isTaken[n] = false;
      return false;
    });
  };
  return search(specification.init);
}
