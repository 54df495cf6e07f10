/**
 * A document's own scripts that name source maps, as one indexed map: each map begins where its script stands, since stacks count from
 * the document's first line, and ends where that ends (ECMA-426 section 8).
 */
import { mapAddress, mapText } from './source-map-file.ts';

/** The text of the map that a script names, and the address that it has itself. */
export interface NamedMap {
  readonly text: string;
  readonly url: string;
}

interface OwnScript {
  readonly text: string;
  readonly from: Offset;
  readonly to: Offset;
}

interface Offset {
  /** From 0, both. */
  readonly line: number;
  readonly column: number;
}

const MOST_SCRIPTS = 10;
const NOTHING = { version: 3, sources: [], names: [], mappings: 'A' };

export const isDocument = (text: string): boolean => /^\s*</.test(text);

/** Null where no script of it names a map that can be had. */
export async function documentMap(
  document: string,
  url: string,
  mapOf: (code: string) => Promise<NamedMap | null>,
): Promise<NamedMap | null> {
  const scripts = ownScripts(document).filter(({ text }) => mapAddress(text) !== undefined);
  const sections = await Promise.all(
    scripts.slice(0, MOST_SCRIPTS).map(async ({ text, from, to }) => {
      const map = sectionOf(await mapOf(text));
      return map === null
        ? []
        : [
            { offset: from, map },
            { offset: to, map: NOTHING },
          ];
    }),
  );
  const found = sections.flat();
  return found.length === 0 ? null : { text: JSON.stringify({ version: 3, sections: found }), url };
}

/** Its sources are found from where the map itself is. */
function sectionOf(named: NamedMap | null): object | null {
  if (named === null || mapText(named.text) === null) return null;
  const map: object = JSON.parse(named.text);
  const root = 'sourceRoot' in map && typeof map.sourceRoot === 'string' ? map.sourceRoot : '';
  return { ...map, sourceRoot: new URL(root === '' ? '.' : root.replace(/\/?$/, '/'), named.url).href };
}

function ownScripts(document: string): OwnScript[] {
  const low = document.toLowerCase();
  const scripts: OwnScript[] = [];
  let counted = { at: 0, line: 0, lineStart: 0 };
  const offsetOf = (at: number): Offset => {
    counted = countedTo(document, at, counted);
    return { line: counted.line, column: at - counted.lineStart };
  };
  for (let at = low.indexOf('<script'); at >= 0; ) {
    const begin = low.indexOf('>', at) + 1;
    const end = begin === 0 ? -1 : low.indexOf('</script', begin);
    if (end < 0) break;
    const text = document.slice(begin, end);
    if (text.trim() !== '') scripts.push({ text, from: offsetOf(begin), to: offsetOf(end) });
    at = low.indexOf('<script', end);
  }
  return scripts;
}

function countedTo(text: string, to: number, from: { at: number; line: number; lineStart: number }): typeof from {
  let { at, line, lineStart } = from;
  for (; at < to; at++)
    if (text[at] === '\n' || (text[at] === '\r' && text[at + 1] !== '\n')) {
      line += 1;
      lineStart = at + 1;
    }
  return { at, line, lineStart };
}
