/**
 * Declares the fields of a piece of shared memory and computes where they are.
 *
 * Fields lie in the order of their declaration. Neighbours with one writer share lines; a change of writer starts a
 * new line of 128 bytes, so that no store of one thread takes a line from another (x86-64 fetches pairs of 64-byte
 * lines, arm64 has lines of 128; crossbeam's CachePadded uses the same figure).
 */

/** Bytes between words of different writers. */
export const LINE = 128;

type Kind = 'word' | 'wide' | 'bytes';

/** A field before it has a place: `count` elements of a kind, stored to by `writer` only. */
export interface Field {
  readonly kind: Kind;
  readonly count: number;
  /** Who may store to it, in the words of the structure's page; several are separated by commas. */
  readonly writer: string;
}

/** One row of a layout's table, in bytes. */
export interface Row {
  readonly offset: number;
  readonly bytes: number;
  readonly field: string;
  readonly writer: string;
}

/** Where the fields of one declaration are, from the start of the memory it is laid on. */
export interface Layout<Name extends string> {
  /** Index of each field's first element in the view of its kind: 32-bit words, 64-bit words, or bytes. */
  readonly at: Readonly<Record<Name, number>>;
  /** Size, a multiple of 128 bytes, so that layouts can be put one after another. */
  readonly bytes: number;
  /** For the documents: each field's place and writer, in order. */
  table(): readonly Row[];
}

const SIZE: Readonly<Record<Kind, number>> = { word: 4, wide: 8, bytes: 1 };
const alignUp = (offset: number, to: number): number => Math.ceil(offset / to) * to;

/** `count` consecutive 32-bit words. */
export const word = (writer: string, count = 1): Field => ({ kind: 'word', count, writer });
/** `count` consecutive 64-bit words; never the bytes of a 32-bit one (ECMA-262 §29.6.5: one width per word). */
export const wide = (writer: string, count = 1): Field => ({ kind: 'wide', count, writer });
/** `count` bytes for bulk copies, from a multiple of 8 on. */
export const block = (writer: string, count: number): Field => ({ kind: 'bytes', count, writer });

/** Lays the fields out in the order given. Throws a RangeError for a count that is no positive integer. */
export function layout<const Name extends string>(fields: Readonly<Record<Name, Field>>): Layout<Name> {
  const rows: Row[] = [];
  const at: Partial<Record<Name, number>> = {};
  let end = 0;
  let writer: string | undefined;
  for (const name in fields) {
    const field = fields[name];
    const offset = alignUp(end, writer !== undefined && field.writer !== writer ? LINE : alignment(field));
    const bytes = sizeOf(name, field);
    rows.push({ offset, bytes, field: name, writer: field.writer });
    at[name] = offset / SIZE[field.kind];
    end = offset + bytes;
    writer = field.writer;
  }
  return { at: complete(fields, at), bytes: alignUp(end, LINE), table: () => rows };
}

const alignment = (field: Field): number => (field.kind === 'bytes' ? 8 : SIZE[field.kind]);

function sizeOf(name: string, field: Field): number {
  if (!Number.isInteger(field.count) || field.count < 1) {
    throw new RangeError(`field=${name} count=${field.count}: a field has a whole number of elements, at least one`);
  }
  return field.count * SIZE[field.kind];
}

function complete<Name extends string>(
  fields: Readonly<Record<Name, Field>>,
  at: Partial<Record<Name, number>>,
): Record<Name, number> {
  const isComplete = (some: Partial<Record<Name, number>>): some is Record<Name, number> =>
    Object.keys(fields).every((name) => name in some);
  if (!isComplete(at)) throw new TypeError('a layout is declared by own, enumerable fields');
  return at;
}
