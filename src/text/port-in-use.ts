/** The port that a program says it could not have. */

const COMPLAINT =
  /EADDRINUSE|address (?:is )?already in use|(?:only one usage of each socket address)|port is already allocated|\bport[ :]{1,3}\d{1,5} (?:is|was) (?:already )?(?:in use|used|taken|occupied|allocated)/i;
const AFTER_WORD = /\bport\b[ "'=:]{1,4}(\d{1,5})(?!\d)/gi;
// `:::3465`, `127.0.0.1:3000`, `:8080`; neither hours and minutes nor an error's number.
const AFTER_COLON = /(?<!\d:\d{1,2}):(\d{2,5})(?!\d|:\d|\.\d)/g;
// Python's address pairs.
const IN_PAIR = /['"], (\d{1,5})\)/g;
/** Lines after the complaint in which runtimes print its parts, such as `port: 3000`. */
const DETAIL_LINES = 10;
/** Characters of a line that are looked at. */
const LINE = 2_000;

/** The port of the first complaint in `text`, or null when there is none, or none with a port. */
export function portInUse(text: string): number | null {
  const lines = text.split('\n');
  for (const [index, whole] of lines.entries()) {
    const line = whole.slice(0, LINE);
    const found = COMPLAINT.exec(line);
    if (found === null) continue;
    const port = portIn(line, found.index) ?? detail(lines.slice(index + 1, index + 1 + DETAIL_LINES));
    if (port !== null) return port;
  }
  return null;
}

/** What follows the complaint counts first; of what stands before it, the nearest. */
function portIn(line: string, complaint: number): number | null {
  const after = ports(line.slice(complaint));
  return after[0] ?? ports(line.slice(0, complaint)).at(-1) ?? null;
}

function ports(text: string): number[] {
  return [AFTER_WORD, IN_PAIR, AFTER_COLON]
    .flatMap((pattern) => [...text.matchAll(pattern)].map((match) => Number(match[1])))
    .filter((port) => port > 0 && port < 65_536);
}

function detail(lines: readonly string[]): number | null {
  for (const line of lines) {
    const port = /^\s{0,16}"?port"?: (\d{1,5}),?$/.exec(line) ?? /^port (\d{1,5}) is in use/i.exec(line.trim());
    if (port !== null) return Number(port[1]);
  }
  return null;
}
