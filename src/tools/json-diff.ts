/** What two JSON documents differ in, by path: `$.items[3].price`. Lists of different length are laid side by side from both ends. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
export type JsonPath = readonly (string | number)[];

/** `undefined` where there is nothing at that path. Of what was removed the path is that in `a`, else that in `b`. */
export interface JsonChange {
  readonly path: JsonPath;
  readonly a: Json | undefined;
  readonly b: Json | undefined;
}

/** Deeper documents are compared as text: a comparison is recursive. */
const DEEPEST = 64;

/** The text as JSON; undefined when it is none, or nested too deep. */
export function parseJson(text: string): Json | undefined {
  if (!/^\s*[[{"\d\-tfn]/.test(text) || nesting(text) > DEEPEST) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** Every change, in the order of `a`; equal documents have none. */
export function jsonDiff(a: Json, b: Json): JsonChange[] {
  const changes: JsonChange[] = [];
  compare(a, b, [], changes);
  return changes;
}

/** As JSONPath writes it (RFC 9535 2.7). */
export const pathText = (path: JsonPath): string =>
  path.reduce<string>(
    (text, step) =>
      typeof step === 'number'
        ? `${text}[${step}]`
        : /^[A-Za-z_$][\w$]*$/.test(step)
          ? `${text}.${step}`
          : `${text}[${JSON.stringify(step)}]`,
    '$',
  );

function compare(a: Json, b: Json, path: JsonPath, changes: JsonChange[]): void {
  if (isList(a) && isList(b)) compareLists(a, b, path, changes);
  else if (isMap(a) && isMap(b)) compareMaps(a, b, path, changes);
  else if (a !== b) changes.push({ path, a, b });
}

function compareMaps(
  a: Readonly<Record<string, Json>>,
  b: Readonly<Record<string, Json>>,
  path: JsonPath,
  changes: JsonChange[],
): void {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  for (const name of names) member([...path, name], own(a, name), own(b, name), changes);
}

/** What both begin and end with is left out where their lengths differ: an item put in between is one change. */
function compareLists(a: readonly Json[], b: readonly Json[], path: JsonPath, changes: JsonChange[]): void {
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  let rest = 0;
  if (a.length !== b.length) {
    while (start < shorter && isEqual(a[start], b[start])) start++;
    while (rest < shorter - start && isEqual(a.at(-1 - rest), b.at(-1 - rest))) rest++;
  }
  const end = Math.max(a.length, b.length) - rest;
  for (let at = start; at < end; at++) {
    member([...path, at], at < a.length - rest ? a[at] : undefined, at < b.length - rest ? b[at] : undefined, changes);
  }
}

function member(path: JsonPath, a: Json | undefined, b: Json | undefined, changes: JsonChange[]): void {
  if (a === undefined || b === undefined) changes.push({ path, a, b });
  else compare(a, b, path, changes);
}

function isEqual(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  if (isList(a)) return isList(b) && a.length === b.length && a.every((item, at) => isEqual(item, b[at]));
  if (!isMap(a) || !isMap(b)) return false;
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && isEqual(a[name], b[name]))
  );
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
const isMap = (value: Json): value is { readonly [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const own = (map: Readonly<Record<string, Json>>, name: string): Json | undefined =>
  Object.hasOwn(map, name) ? map[name] : undefined;

/** An upper bound: brackets within strings count too. */
function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '[' || character === '{') deepest = Math.max(deepest, ++depth);
    else if (character === ']' || character === '}') depth--;
  }
  return deepest;
}
