/** What a command says at its end, and its exit code: 0, 1 for a result that is an error, 2 for a command line that is wrong. */
import { Fault } from '../text/fault.ts';
import type { ToolAnswer } from './session.ts';

/** Results to stdout, as JSON also those that are errors; an error's sentence to stderr. */
export function print({ text, data, facts, isError }: ToolAnswer, json: boolean): void {
  if (json) process.stdout.write(`${JSON.stringify(data ?? { text, ...facts })}\n`);
  else if (isError) process.stderr.write(`${text}\n`);
  else process.stdout.write(`${data === null ? text : JSON.stringify(data, null, 2)}\n`);
}

export function exitCode({ isError, data }: ToolAnswer): number {
  return isError ? codeOf(data?.['error']) : 0;
}

/** Whatever a command has thrown. */
export function printFailure(error: unknown, json: boolean): number {
  const fault =
    error instanceof Fault
      ? error
      : new Fault('internal', error instanceof Error ? error.message : String(error), 'See devtool-mcp doctor.');
  const { code, values, message, hint } = fault;
  if (json) process.stdout.write(`${JSON.stringify({ error: code, ...values, message, hint })}\n`);
  else process.stderr.write(`${fault.text}\n`);
  return codeOf(code);
}

const codeOf = (code: unknown): number => (code === 'invalid_argument' ? 2 : 1);
