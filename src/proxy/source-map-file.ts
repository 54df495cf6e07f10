/**
 * A source map as it came, from a server that may be anybody's: where a script names it, and whether it may be decoded. A map of a few
 * bytes can say that its first line is the thousand-millionth, and decoding makes a list for each line (ECMA-426 section 7).
 */

/** Lines of all sections together, and characters of their mappings: of the largest bundles that are met, a few times over. */
const MOST_LINES = 1_000_000;
const MOST_MAPPINGS = 16 * 1_048_576;
const MOST_DEPTH = 8;
/** Names of maps that are looked at, from the end: others stand in texts of the script. */
const MOST_NAMES = 10;
const NAME = 'sourceMappingURL=';

/** What the last comment of a script that names a map says; undefined where none does. */
export function mapAddress(script: string): string | undefined {
  let at = script.length;
  for (let n = 0; n < MOST_NAMES; n++) {
    at = at === 0 ? -1 : script.lastIndexOf(NAME, at - 1);
    if (at < 0) return undefined;
    const end = script.indexOf('\n', at);
    const rest = script.slice(at + NAME.length, end < 0 ? undefined : end);
    const address = /^([^\s'"]+)[ \t\r]*(?:\*\/[ \t\r]*)?$/.exec(rest)?.[1];
    if (address !== undefined && /\/\/[#@][ \t]*$/.test(script.slice(Math.max(0, at - 20), at))) return address;
  }
  return undefined;
}

/** It may stand behind `)]}'`. */
export const jsonOf = (text: string): string => text.replace(/^\)\]\}'[^\n]*\n/, '');

/** Null for a map that would take more memory than a map may. Throws for no JSON. */
export function mapText(json: string): string | null {
  const map: unknown = JSON.parse(json);
  if (typeof map !== 'object' || map === null) return null;
  const size = sizeOf(map, 0);
  return size.lines <= MOST_LINES && size.characters <= MOST_MAPPINGS ? json : null;
}

interface Size {
  readonly lines: number;
  readonly characters: number;
}

const TOO_LARGE: Size = { lines: Number.POSITIVE_INFINITY, characters: 0 };

/** `lines`: where its last line is, counted from its own first. */
function sizeOf(map: object, depth: number): Size {
  if ('sections' in map) return sectionsSize(map.sections, depth);
  const mappings = 'mappings' in map ? map.mappings : '';
  if (typeof mappings !== 'string') return TOO_LARGE;
  if (mappings.length > MOST_MAPPINGS) return { lines: 0, characters: mappings.length };
  return { lines: mappings.split(';').length, characters: mappings.length };
}

function sectionsSize(sections: unknown, depth: number): Size {
  if (!Array.isArray(sections) || depth >= MOST_DEPTH) return TOO_LARGE;
  let [lines, characters] = [0, 0];
  for (const section of sections) {
    const { offset, map } = Object(section);
    const size = typeof map === 'object' && map !== null ? sizeOf(map, depth + 1) : TOO_LARGE;
    const first = Number(offset?.line);
    if (!(first >= 0)) return TOO_LARGE;
    lines = Math.max(lines, first + size.lines);
    characters += size.characters;
  }
  return { lines, characters };
}
