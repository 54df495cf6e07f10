/** Everything that happens by chance in a simulation, from one seed (mulberry32). */

export interface Chance {
  /** A whole number from 0, below `count`. */
  below(count: number): number;
  /** From `low` to `high`. */
  between(low: number, high: number): number;
  /** True so often, of one. */
  happens(probability: number): boolean;
  pick<T>(list: readonly [T, ...T[]]): T;
}

export function chanceOf(seed: number): Chance {
  let state = seed | 0;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count: number) => Math.floor(next() * count);
  return {
    below,
    between: (low, high) => low + next() * (high - low),
    happens: (probability) => next() < probability,
    pick: (list) => list[below(list.length)] ?? list[0],
  };
}
