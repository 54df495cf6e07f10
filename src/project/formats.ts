/** Others' file formats as plain values: each parser throws with a line number for what is broken, and returns a record for all else. */
import { type ParseError, type ParseOptions, parse as parseJsoncText, printParseErrorCode } from 'jsonc-parser';
import { parse as parseTomlText, TomlError } from 'smol-toml';
import { parse as parseYamlText, YAMLParseError } from 'yaml';
import { repeatedNames, withoutDamaged } from './jsonc-damage.ts';
import { isRecord, record } from './values.ts';

type Fields = Record<string, unknown>;

/** A file of noise has an error at each character. */
const MOST_ERRORS = 5;

export const parseJson = (text: string): Fields =>
  byLine(
    () => objectIn(JSON.parse(text)),
    () => mistakesIn(text, { disallowComments: true }).mistakes?.[0] ?? null,
  );
export const parseToml = (text: string): Fields =>
  byLine(
    () => parseTomlText(text),
    (error) =>
      error instanceof TomlError
        ? { line: error.line, what: reasonOf(error).replace(/^Invalid TOML document: /, '') }
        : null,
  );
/** With merge keys, as YAML 1.1 has them and Go's parser. Warnings of the parser would go to stderr, which is the log's. */
export const parseYaml = (text: string): Fields =>
  byLine(
    // Of an empty file, null.
    () => objectIn(parseYamlText(text, { logLevel: 'error', merge: true }) ?? {}),
    (error) =>
      error instanceof YAMLParseError && error.linePos !== undefined
        ? { line: error.linePos[0].line, what: error.message.replace(/ at line [\s\S]*$/, '') }
        : null,
  );

const reasonOf = (error: Error): string => error.message.split('\n')[0] ?? '';

type Placed = { readonly line: number; readonly what: string };

/** What a parser throws, as `line 3: what is wrong`, where it says the line. */
function byLine(parse: () => unknown, place: (error: unknown) => Placed | null): Fields {
  try {
    return record(parse());
  } catch (error) {
    const placed = place(error);
    throw placed === null ? error : new Error(`line ${placed.line}: ${placed.what}`);
  }
}

/** JSON with comments and trailing commas, as editors write it. */
export function parseJsonc(text: string): Fields {
  const { value, errors } = readJsonc(text);
  const [first] = errors;
  if (first !== undefined) throw new Error(first);
  return objectIn(value);
}

function objectIn(value: unknown): Fields {
  if (isRecord(value)) return value;
  throw new Error('it holds no object');
}

/** What can be understood of a JSONC text, and what is wrong with it, by line. */
export function readJsonc(text: string): { readonly value: unknown; readonly errors: readonly string[] } {
  const { value, mistakes, found } = mistakesIn(text, { allowTrailingComma: true });
  if (mistakes === null) return { value, errors: ['nested too deeply'] };
  const twice = repeatedNames(text)
    .slice(0, MOST_ERRORS)
    .map(({ path, offset }) => ({
      line: lineAt(text, offset),
      what: `${path.join('.')} is there again; this one counts`,
    }));
  const errors = [...mistakes, ...twice].map(({ line, what }) => `line ${line}: ${what}`);
  return { value: withoutDamaged(text, value, found), errors: [...new Set(errors)] };
}

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

interface ReadJson {
  readonly value: unknown;
  /** Null: it could not be read to its end. */
  readonly mistakes: readonly Placed[] | null;
  readonly found: readonly ParseError[];
}

function mistakesIn(text: string, options: ParseOptions): ReadJson {
  const found: ParseError[] = [];
  try {
    const value: unknown = parseJsoncText(text, found, options);
    const mistakes = found.slice(0, MOST_ERRORS).map(({ error, offset }) => ({
      line: lineAt(text, offset),
      what: IN_WORDS[printParseErrorCode(error)] ?? 'is no JSON',
    }));
    return { value, mistakes, found };
  } catch {
    // The parser recurses: a text of nothing but brackets exhausts its stack.
    return { value: undefined, mistakes: null, found };
  }
}

const IN_WORDS: Readonly<Record<string, string>> = {
  InvalidSymbol: 'a word that is no value',
  InvalidNumberFormat: 'a number that is none',
  PropertyNameExpected: 'a name in quotes is missing',
  ValueExpected: 'a value is missing',
  ColonExpected: 'a colon is missing',
  CommaExpected: 'a comma is missing',
  CloseBraceExpected: '} is missing',
  CloseBracketExpected: '] is missing',
  EndOfFileExpected: 'something follows the end',
  InvalidCommentToken: 'a comment, which JSON has not',
  UnexpectedEndOfComment: 'a comment has no end',
  UnexpectedEndOfString: 'a text has no closing quote',
  UnexpectedEndOfNumber: 'a number has no end',
  InvalidUnicode: 'a \\u without four digits',
  InvalidEscapeCharacter: 'a backslash before what needs none',
  InvalidCharacter: 'a character that may not stand there',
};
