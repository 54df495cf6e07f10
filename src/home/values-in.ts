/** How many values a line of JSON holds, told before it is parsed: each costs memory many times the byte or two that it may be written in. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** `[`, `{` and `,`: each begins a value. */
const BEGINS: ReadonlySet<number> = new Set([0x5b, 0x7b, 0x2c]);
/** A shorter line cannot cost much. */
const SHORT_BYTES = 65_536;

/** More than any argument of ours has a use for. */
export const MOST_VALUES = 50_000;

/** False when `line`, whether or not it is JSON, has more than `most` places where a value begins. */
export function hasFewValues(line: Uint8Array, most = MOST_VALUES): boolean {
  if (line.length <= SHORT_BYTES) return true;
  let values = 0;
  for (let at = 0; at < line.length && values <= most; at++) {
    const byte = line[at] ?? 0;
    if (byte === QUOTE) at = endOfText(line, at);
    else if (BEGINS.has(byte)) values += 1;
  }
  return values <= most;
}

/** Place of the quote that ends the text which begins at `from`; the end of the line where none does. */
function endOfText(line: Uint8Array, from: number): number {
  for (let at = line.indexOf(QUOTE, from + 1); at >= 0; at = line.indexOf(QUOTE, at + 1))
    if (backslashesBefore(line, at) % 2 === 0) return at;
  return line.length;
}

function backslashesBefore(line: Uint8Array, at: number): number {
  let count = 0;
  while (line[at - 1 - count] === BACKSLASH) count += 1;
  return count;
}
