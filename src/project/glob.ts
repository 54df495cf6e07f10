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

/** Whether `name`, one level, is as `pattern` says; goes back to the last `*` only, so it never explodes. */
export function matchesName(pattern: string, name: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let i = 0; i < name.length; ) {
    if (pattern[at] === '*') {
      star = at++;
      resume = i;
    } else if (pattern[at] === '?' || pattern[at] === name[i]) {
      at++;
      i++;
    } else if (star !== -1) {
      at = star + 1;
      i = ++resume;
    } else return false;
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}

/** Whether the levels of a path are as those of a pattern. */
export function matchesPath(pattern: readonly string[], path: readonly string[]): boolean {
  // As in `matchesName`, with `**` in the place of `*`.
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let i = 0; i < path.length; ) {
    const level = pattern[at];
    if (level === '**') {
      star = at++;
      resume = i;
    } else if (level !== undefined && matchesName(level, path[i] ?? '')) {
      at++;
      i++;
    } else if (star !== -1) {
      at = star + 1;
      i = ++resume;
    } else return false;
  }
  while (pattern[at] === '**') at++;
  return at === pattern.length;
}
