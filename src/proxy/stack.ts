/** Stacks of browsers and Node as frames. */
import { parseStack as parseText } from 'error-stack-parser-es/lite';

export interface StackFrame {
  /** Of the function; '' for a script's own level. */
  readonly name: string;
  readonly file: string;
  /** From 1, both. */
  readonly line: number;
  readonly column: number;
}

/** Of the page client, which stands between a page and its console. */
export const isClient = (file: string): boolean => file.includes('/__devtool/client');

const RUN = /(?:https?:\/\/[^\s/()]+)?\/__devtool\/exec\/[\w-]+\.js:(\d+):(\d+)/g;

/** A stack without the client's own lines; those of code that was asked to run count as that code does, `code:2:7`. */
export function tidyStack(stack: string): string {
  if (!stack.includes('/__devtool/')) return stack;
  const lines = stack.split('\n');
  const run = lines.findIndex((line) => line.search(RUN) >= 0);
  // The code was called by the client, and the client by the code's own script.
  const end = run < 0 ? -1 : lines.findIndex((line, at) => at > run && isClient(line));
  return lines
    .slice(0, end < 0 ? lines.length : end)
    .filter((line) => !(isClient(line) && /:\d+:\d+/.test(line)))
    .map((line) => line.replace(RUN, (_, at: string, column: string) => codePlace(Number(at) - 1, Number(column))))
    .join('\n');
}

/** What stands before an expression is ours. */
const codePlace = (line: number, column: number): string => (line < 1 ? 'code:1:1' : `code:${line}:${column}`);

/** Innermost first; what has no place is left out. A text that is no stack has no frames. */
export function parseStack(stack: string): StackFrame[] {
  return framesOf(likeFrames(stack)).flatMap(({ function: name = '', file, line, col = 1 }) =>
    file === undefined || line === undefined || file === '<anonymous>' ? [] : [{ name, file, line, column: col }],
  );
}

const MOST_LINES = 200;
const LONGEST_LINE = 2_000;
/** An address, what evaluated it and both places have nine. */
const MOST_COLONS = 16;

/** Lines that could be frames. The library takes time with the square of a line's colons, and a page may say anything. */
function likeFrames(stack: string): string {
  return stack
    .split('\n', MOST_LINES)
    .filter((line) => line.length <= LONGEST_LINE && line.split(':', MOST_COLONS + 2).length <= MOST_COLONS + 1)
    .join('\n');
}

/** The library throws on a line that is nearly a frame, as a hostile page may report it: then that line alone is left out. */
function framesOf(text: string): ReturnType<typeof parseText> {
  try {
    return parseText(text, { allowEmpty: true });
  } catch {
    const lines = text.split('\n');
    return lines.length === 1 ? [] : lines.flatMap(framesOf);
  }
}
