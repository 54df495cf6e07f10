/**
 * Header fields as they were received: name, value, name, value, …; latin1, case and order kept, values without the white
 * space around them (RFC 9110 5.5, RFC 9112 5).
 */
export type Fields = readonly string[];

/** Value of the first field of that name (lower case); null when there is none. */
export function field(fields: Fields, name: string): string | null {
  for (let i = 0; i < fields.length; i += 2) if (isNamed(fields, i, name)) return fields[i + 1] ?? '';
  return null;
}

/** Values of all fields of that name (lower case), in order. */
export function fieldsNamed(fields: Fields, name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i < fields.length; i += 2) if (isNamed(fields, i, name)) values.push(fields[i + 1] ?? '');
  return values;
}

/** Most names differ in length already; lower-casing them all would cost more than the rest of a look. */
function isNamed(fields: Fields, at: number, name: string): boolean {
  const present = fields[at];
  return (
    present !== undefined && present.length === name.length && (present === name || present.toLowerCase() === name)
  );
}
