/** Patterns of workspace directories: `*` within a name, `**` for any number of levels, one level of `{a,b}`. Linear in the name, whatever the pattern. */

/** Of `{a,b}` and its like in one pattern. */
const MOST_ALTERNATIVES = 64;

/** `packages/{a,b}` as `packages/a` and `packages/b`. */
export function alternatives(pattern: string): string[] {
  let open = [pattern];
  const done: string[] = [];
  while (open.length > 0 && done.length + open.length <= MOST_ALTERNATIVES) {
    const next: string[] = [];
    for (const one of open) {
      const start = one.indexOf('{');
      const end = one.indexOf('}', start);
      if (start === -1 || end === -1) done.push(one);
      else {
        const inner = one
          .slice(start + 1, end)
          .split(',')
          .slice(0, MOST_ALTERNATIVES);
        next.push(...inner.map((word) => one.slice(0, start) + word + one.slice(end + 1)));
      }
    }
    open = next;
  }
  return [...done, ...open].slice(0, MOST_ALTERNATIVES);
}

/** Whether `name`, one level, is as `pattern` says. */
export const matchesName = (pattern: string, name: string): boolean =>
  matches([...pattern], [...name], '*', (wanted, given) => wanted === '?' || wanted === given);

/** Whether the levels of a path are as those of a pattern. */
export const matchesPath = (pattern: readonly string[], path: readonly string[]): boolean =>
  matches(pattern, path, '**', matchesName);

/** Goes back to the last wildcard only, so it never explodes. */
function matches(
  pattern: readonly string[],
  given: readonly string[],
  wildcard: string,
  isOne: (wanted: string, given: string) => boolean,
): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let i = 0; i < given.length; ) {
    const wanted = pattern[at];
    if (wanted === wildcard) {
      star = at++;
      resume = i;
    } else if (wanted !== undefined && isOne(wanted, given[i] ?? '')) {
      at++;
      i++;
    } else if (star !== -1) {
      at = star + 1;
      i = ++resume;
    } else return false;
  }
  while (pattern[at] === wildcard) at++;
  return at === pattern.length;
}
