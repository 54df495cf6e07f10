/**
 * The line that closes a text result and says what there is: `[20 of 1,204 lines · dropped 0 · cursor 4711]`. A captured line
 * that looks like one gets a backslash in front, so only the last line of a result can be the closing one.
 */

export interface Closing {
  /** Lines shown. */
  readonly lines: number;
  /** Lines there are. */
  readonly total: number;
  /** What was lost before it could be read. */
  readonly dropped: number;
  /** Where to go on. */
  readonly cursor: number;
}

const CLOSING = /^\[([\d,]+) of ([\d,]+) lines · dropped ([\d,]+) · cursor (\d+)\]$/;
// Looser than CLOSING on purpose: a model does not read as exactly as a program. One run of blanks and backslashes, then `[` and a digit.
const LOOKS_CLOSING = /^[\s\\]*\[\s*\p{Nd}/u;

/** The closing line; counts with thousands separators, the cursor without. */
export const closingLine = ({ lines, total, dropped, cursor }: Closing): string =>
  `[${grouped(lines)} of ${grouped(total)} lines · dropped ${grouped(dropped)} · cursor ${cursor}]`;

/** `line` as it stands in a result's body. */
export const escapeClosing = (line: string): string => (looksClosing(line) ? `\\${line}` : line);

/** The captured line again. */
export const unescapeClosing = (line: string): string =>
  line.startsWith('\\') && looksClosing(line.slice(1)) ? line.slice(1) : line;

/** A text result taken apart again; null for a text that no closing line ends. */
export function readClosing(text: string): { readonly lines: readonly string[]; readonly closing: Closing } | null {
  const all = text.split('\n');
  const found = CLOSING.exec(all.pop() ?? '');
  if (found === null) return null;
  const [lines = 0, total = 0, dropped = 0, cursor = 0] = found
    .slice(1)
    .map((digits) => Number(digits.replaceAll(',', '')));
  return { lines: all.map(unescapeClosing), closing: { lines, total, dropped, cursor } };
}

const looksClosing = (line: string): boolean => LOOKS_CLOSING.test(line) && line.toLowerCase().includes('cursor');

/** 1204 → `1,204`; not by locale, since programs read it too. */
const grouped = (count: number): string => String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');
