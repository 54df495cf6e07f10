/** PEM blocks (RFC 7468) whose body is hidden, line by line, wherever they begin and end; other lines may stand between. */

/** A filter for consecutive lines; `lines` holds those already passed, and may be changed when a block's end shows what they were. */
export type PemFilter = (line: string, lines: string[]) => string;

const MARK = /-----(BEGIN|END) [A-Z0-9 ]{1,64}-----/g;
const MARK_HERE = new RegExp(MARK.source, 'y');
// A block's last line may be short: it is told by its padding, or by standing alone.
const BODY = /[A-Za-z0-9+/]{16,}={0,2}|(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{2,15}={1,2}(?=\s*$)/g;
const SHORT_BODY = /^\s*[A-Za-z0-9+/]+={0,2}\s*$/;
const LONG_BODY = /^\s*[A-Za-z0-9+/]{40,}={0,2}\s*$/;
/** Lines of a block that are looked at when its other end is missing. A 16,384-bit key has 200. */
const LONGEST = 400;
/** So many lines in a row without a body end a block that has no end. */
const PATIENCE = 3;

/** Where the mark ends that begins there; -1: none does. */
export function pemMarkEnd(line: string, start: number): number {
  MARK_HERE.lastIndex = start;
  return MARK_HERE.test(line) ? MARK_HERE.lastIndex : -1;
}

export function createPemFilter(hide: (secret: string) => string): PemFilter {
  let left = 0;
  let misses = 0;
  /** All lines of a block show the same, which is its first line's: then they collapse. */
  let shown: string | null = null;
  /** What stands before the block on each of its lines, as in a log. */
  let prefix = '';

  const hideBody = (line: string): string => {
    if (prefix !== '' && line.startsWith(prefix)) return prefix + hideText(line.slice(prefix.length));
    return hideText(line);
  };

  const hideText = (text: string): string => {
    const hidden = text.replace(BODY, (body) => {
      shown ??= hide(body);
      return shown;
    });
    if (hidden !== text || text.trim() === '' || !SHORT_BODY.test(text)) return hidden;
    shown ??= hide(text.trim());
    return shown;
  };

  /** A line without marks. */
  const within = (line: string): string => {
    const hidden = hideBody(line);
    misses = hidden === line ? misses + 1 : 0;
    left = misses >= PATIENCE ? 0 : left - 1;
    return hidden;
  };

  const backwards = (lines: string[]): void => {
    [shown, prefix] = [null, ''];
    for (let at = lines.length - 1; at >= 0 && at >= lines.length - LONGEST; at--) {
      const line = lines[at] ?? '';
      // The last line of a body may be of any length.
      if (!(at === lines.length - 1 ? SHORT_BODY : LONG_BODY).test(line)) return;
      lines[at] = hideBody(line);
    }
  };

  return (line, lines) => {
    if (!line.includes('-----')) return left > 0 ? within(line) : line;
    let passed = '';
    let done = 0;
    for (const { 0: mark, 1: which, index } of line.matchAll(MARK)) {
      const before = line.slice(done, index);
      if (left === 0) passed += before;
      else passed += done > 0 && before !== '' ? hide(before) : hideBody(before);
      if (which === 'END' && left === 0 && done === 0) backwards(lines);
      if (which === 'BEGIN') [misses, shown, prefix] = [0, null, line.slice(0, index)];
      left = which === 'BEGIN' ? LONGEST : 0;
      passed += mark;
      done = index + mark.length;
    }
    if (left === 0) return passed + line.slice(done);
    return done === 0 ? within(line) : passed + hideText(line.slice(done));
  };
}
