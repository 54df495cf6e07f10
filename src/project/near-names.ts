/** Names that somebody may have meant by one that is not there. */

const LONGEST = 64;

/** At most three of `names`, nearest first: a part of the other, or one letter in three off. */
export function nearNames(wanted: string, names: readonly string[]): string[] {
  const target = wanted.slice(0, LONGEST).toLowerCase();
  return names
    .map((name) => ({ name, distance: distance(target, name.slice(0, LONGEST).toLowerCase()) }))
    .filter(({ distance: far }) => far <= Math.max(1, target.length / 3))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name);
}

/** Letters to insert, drop, change or swap with their neighbour, row by row; a part counts as half a letter off. */
function distance(a: string, b: string): number {
  if (a !== b && a.length > 1 && b.length > 1 && (a.includes(b) || b.includes(a))) return 0.5;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, changed, swapped));
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
