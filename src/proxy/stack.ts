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

/** Innermost first; what has no place is left out. A text that is no stack has no frames. */
export function parseStack(stack: string): StackFrame[] {
  return parseText(stack, { allowEmpty: true }).flatMap(({ function: name = '', file, line, col = 1 }) =>
    file === undefined || line === undefined || file === '<anonymous>' ? [] : [{ name, file, line, column: col }],
  );
}
