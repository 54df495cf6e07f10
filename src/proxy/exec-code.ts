/**
 * Code to be run in a page, as the body of an async function: an expression is returned. Decided by compiling, never by running. Its
 * first line is the body's second, so that places in it can be told.
 */
import { Script } from 'node:vm';
import { Fault } from '../text/fault.ts';

/** Throws `invalid_argument` with the compiler's own words for code that is neither. */
export function asyncBody(code: string): string {
  if (syntaxError(`(async (console) => (${code}\n))`) === null) return `return (\n${code}\n);`;
  const fault = syntaxError(`(async (console) => {${code}\n})`);
  if (fault === null) return `\n${code}`;
  throw new Fault(
    'invalid_argument',
    `code: ${fault}`,
    'Give an expression, or statements with return; await is allowed in both.',
    { parameter: 'code' },
  );
}

/** The first words of what is wrong, null when nothing is. */
function syntaxError(source: string): string | null {
  try {
    new Script(source, { filename: 'code' });
    return null;
  } catch (error) {
    return error instanceof SyntaxError ? `SyntaxError: ${error.message}` : String(error);
  }
}
