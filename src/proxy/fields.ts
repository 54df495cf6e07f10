/**
 * Header fields as they were received: name, value, name, value, …; latin1, case and order kept, values without the white
 * space around them (RFC 9110 5.5, RFC 9112 5).
 */
export type Fields = readonly string[];

/** Value of the first field of that name (lower case); null when there is none. */
export function field(fields: Fields, name: string): string | null {
  for (let i = 0; i < fields.length; i += 2) if (isName(fields[i] ?? '', name)) return fields[i + 1] ?? '';
  return null;
}

/** Values of all fields of that name (lower case), in order. */
export function fieldsNamed(fields: Fields, name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i < fields.length; i += 2) if (isName(fields[i] ?? '', name)) values.push(fields[i + 1] ?? '');
  return values;
}

const CASE_BIT = 0x20;
const [A, Z] = [0x61, 0x7a];

/** Whether a token is the name `wanted` (lower case) in any case. By character: to lower-case it would leave a string for each look. */
export function isName(token: string, wanted: string): boolean {
  if (token.length !== wanted.length) return false;
  for (let i = 0; i < wanted.length; i++) {
    const here = token.charCodeAt(i);
    const there = wanted.charCodeAt(i);
    if (here !== there && !((here | CASE_BIT) === there && there >= A && there <= Z)) return false;
  }
  return true;
}
