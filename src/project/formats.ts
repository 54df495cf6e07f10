/** Others' file formats as plain values: each parser throws with a line number for what is broken, and returns a record for all else. */
import { type ParseError, parse as parseJsoncText, printParseErrorCode } from 'jsonc-parser';
import { parse as parseTomlText } from 'smol-toml';
import { parse as parseYamlText } from 'yaml';
import { record } from './values.ts';

type Fields = Record<string, unknown>;

/** A file of noise has an error at each character. */
const MOST_ERRORS = 5;

export const parseJson = (text: string): Fields => record(JSON.parse(text));
export const parseToml = (text: string): Fields => record(parseTomlText(text));
/** Warnings of the parser would go to stderr, which is the log's. */
export const parseYaml = (text: string): Fields => record(parseYamlText(text, { logLevel: 'error' }));

/** JSON with comments and trailing commas, as editors write it. */
export function parseJsonc(text: string): Fields {
  const { value, errors } = readJsonc(text);
  const [first] = errors;
  if (first !== undefined) throw new Error(first);
  return record(value);
}

/** What can be understood of a JSONC text, and what is wrong with it, by line. */
export function readJsonc(text: string): { readonly value: unknown; readonly errors: readonly string[] } {
  const parseErrors: ParseError[] = [];
  let value: unknown;
  try {
    value = parseJsoncText(text, parseErrors, { allowTrailingComma: true });
  } catch {
    // The parser recurses: a text of nothing but brackets exhausts its stack.
    return { value: undefined, errors: ['nested too deeply'] };
  }
  const errors = parseErrors
    .slice(0, MOST_ERRORS)
    .map(({ error, offset }) => `line ${text.slice(0, offset).split('\n').length}: ${printParseErrorCode(error)}`);
  return { value, errors: [...new Set(errors)] };
}
