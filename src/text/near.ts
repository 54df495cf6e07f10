/** Names that somebody may have meant: for `not_found` and for unknown parameters. */

const LONGEST = 64;

/** At most `most` of `names`, the nearest first: other case, a part of the name, or a few letters off. */
export function nearNames(wanted: string, names: Iterable<string>, most: number = 3): string[] {
  const target = wanted.slice(0, LONGEST).toLowerCase();
  const near: { name: string; distance: number }[] = [];
  for (const name of new Set(names)) {
    const distance = farness(target, name.slice(0, LONGEST).toLowerCase());
    if (distance <= allowed(target)) near.push({ name, distance });
  }
  near.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return near.slice(0, most).map(({ name }) => name);
}

/** Letters that may be wrong: one in three, as one mistypes. */
const allowed = (target: string): number => Math.max(1, Math.floor(target.length / 3));

function farness(target: string, name: string): number {
  const partial = target.length >= 2 && name.length >= 2 && (name.includes(target) || target.includes(name));
  return partial && name !== target ? 0.5 : editDistance(target, name);
}

/** Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, (before[j - 2] ?? 0) + 1);
      next.push(least);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
