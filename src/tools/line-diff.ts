/** What two texts differ in, line by line: the fewest lines to take from one and put into the other, where that can be had cheaply. */

/** `taken` lines of `a` from line `a` on (from 0) stand where `put` lines of `b` do from `b` on. */
export interface Hunk {
  readonly a: number;
  readonly taken: number;
  readonly b: number;
  readonly put: number;
}

/** Cells of the table of common subsequences; beyond, all lines between the first and the last difference count as different. */
const MOST_CELLS = 1_000_000;

/** In the order of the texts; equal texts have none. */
export function lineDiff(a: readonly string[], b: readonly string[]): Hunk[] {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && a[start] === b[start]) start++;
  let rest = 0;
  while (rest < shorter - start && a[a.length - 1 - rest] === b[b.length - 1 - rest]) rest++;
  const middleA = a.slice(start, a.length - rest);
  const middleB = b.slice(start, b.length - rest);
  if (middleA.length * middleB.length > MOST_CELLS)
    return [{ a: start, taken: middleA.length, b: start, put: middleB.length }];
  return between(middleA, middleB).map((hunk) => ({ ...hunk, a: hunk.a + start, b: hunk.b + start }));
}

function between(a: readonly string[], b: readonly string[]): Hunk[] {
  const common = lengths(a, b);
  const width = b.length + 1;
  const hunks: Hunk[] = [];
  let [fromA, fromB, atA, atB] = [0, 0, 0, 0];
  const close = () => {
    if (atA > fromA || atB > fromB) hunks.push({ a: fromA, taken: atA - fromA, b: fromB, put: atB - fromB });
  };
  while (atA < a.length || atB < b.length) {
    if (atA < a.length && atB < b.length && a[atA] === b[atB]) {
      close();
      [fromA, fromB] = [++atA, ++atB];
    } else if (
      atB >= b.length ||
      (atA < a.length && at(common, (atA + 1) * width + atB) >= at(common, atA * width + atB + 1))
    ) {
      atA++;
    } else {
      atB++;
    }
  }
  close();
  return hunks;
}

/** Length of the longest common subsequence of what follows each pair of places. */
function lengths(a: readonly string[], b: readonly string[]): Uint32Array {
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i * width + j] =
        a[i] === b[j]
          ? at(table, (i + 1) * width + j + 1) + 1
          : Math.max(at(table, (i + 1) * width + j), at(table, i * width + j + 1));
    }
  }
  return table;
}

const at = (table: Uint32Array, index: number): number => table[index] ?? 0;
