/** What is wrong with a JSONC text beyond its grammar: entries that are cut or garbled, and names that stand twice. */
import { getLocation, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { isRecord } from './values.ts';

/** Each costs a look from the beginning; a text with more is noise. */
const MOST_LOOKS = 20;
/** Nothing that counts is deeper. */
const MOST_DEPTH = 32;

/**
 * `value` without the entries of its sections (`scripts.dev`) in which an error stands: half a command is another command. A comma
 * that is missing damages nothing.
 */
export function withoutDamaged(text: string, value: unknown, errors: readonly ParseError[]): unknown {
  const harmful = errors.filter(({ error }) => printParseErrorCode(error) !== 'CommaExpected');
  if (harmful.length > MOST_LOOKS || !isRecord(value)) return harmful.length === 0 ? value : {};
  const damaged = harmful.map(({ offset }) => getLocation(text, offset).path);
  const isWhole = (section: string, name: string): boolean =>
    !damaged.some(([at, of]) => at === section && of === name);
  const sections = Object.entries(value).map(([section, entries]) => [
    section,
    isRecord(entries)
      ? Object.fromEntries(Object.entries(entries).filter(([name]) => isWhole(section, name)))
      : entries,
  ]);
  return Object.fromEntries(sections);
}

export interface Repeated {
  readonly path: readonly string[];
  readonly offset: number;
}

/** Names that an object has had before; what stands last counts. */
export function repeatedNames(text: string): Repeated[] {
  const tree = parseTree(text, [], { allowTrailingComma: true });
  return tree === undefined ? [] : repeatedIn(tree, []);
}

function repeatedIn({ type, children = [] }: Node, path: readonly string[]): Repeated[] {
  if (path.length > MOST_DEPTH) return [];
  if (type === 'array') return children.flatMap((item, at) => repeatedIn(item, [...path, String(at)]));
  const seen = new Set<string>();
  return children.flatMap(({ offset, children: [name, value] = [] }) => {
    const inner = [...path, String(name?.value)];
    const again = seen.has(String(name?.value)) ? [{ path: inner, offset }] : [];
    seen.add(String(name?.value));
    return [...again, ...(value === undefined ? [] : repeatedIn(value, inner))];
  });
}
