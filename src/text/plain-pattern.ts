/** Whether a regular expression takes little time whatever it is tried on: those of a config file run in the control thread. */

const LONGEST = 500;
const MOST_OPTIONAL = 2;

/** At most one repetition of no fixed length, none of a group, no look-around, no reference to a group. */
export function isPlainPattern(source: string): boolean {
  if (source.length > LONGEST) return false;
  let variable = 0;
  let optional = 0;
  let afterGroup = false;
  for (const [token] of source.matchAll(/\\.|\[(?:\\.|[^\]\\])*\]|\(\?<?[=!]|\{\d+(?:,\d*)?\}\??|[*+?]\??|[\s\S]/g)) {
    if (/^\\[1-9k]/.test(token) || /^\(\?<?[=!]/.test(token)) return false;
    const isRepetition = /^(?:[*+]|\{\d+,)/.test(token);
    if ((isRepetition || token.startsWith('{')) && afterGroup) return false;
    if (isRepetition) variable += 1;
    if (/^\?/.test(token)) optional += 1;
    afterGroup = token === ')';
  }
  return variable <= 1 && optional <= MOST_OPTIONAL;
}
