/** One word as the value that a parameter takes: what its schema says decides, never how the word looks alone. */
import { Fault } from '../text/fault.ts';
import { nearNames } from '../text/near.ts';
import { choicesOf, namedValues, type Parameter, type ValueSchema } from './command.ts';

/** The contents of a file, or of standard input for `-`. */
export type ReadText = (source: string) => string;

/** Texts that may be longer than this are long ones: `@file` and `-` stand for what is in there. */
const LONG = 100_000;
/** How a choice is tried before another: what fits fewer words comes first. */
const ORDER = ['enum', 'boolean', 'integer', 'number', 'array', 'object', 'string', 'any'];

/** Throws `invalid_argument` for a word that is none of what the parameter takes. */
export function readValue(word: string, parameter: Parameter, readText: ReadText): unknown {
  const text = isLong(parameter.schema) ? expand(word, readText) : word;
  const fitting = valueFor(text, parameter.schema);
  if (fitting !== null) return fitting.value;
  const near = nearNames(wrongIn(text, parameter.schema), namedValues(parameter.schema));
  const guess = near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : '';
  throw new Fault(
    'invalid_argument',
    `${parameter.name}=${JSON.stringify(text.slice(0, 80))} is not what ${parameter.name} takes`,
    `It takes: ${parameter.takes}.${guess}`,
    { parameter: parameter.name },
  );
}

/** `@@` begins a text that begins with `@`. */
function expand(word: string, readText: ReadText): string {
  if (word === '-') return readText('-');
  if (word.startsWith('@@')) return word.slice(1);
  return word.startsWith('@') ? readText(word.slice(1)) : word;
}

const isLong = (schema: ValueSchema): boolean =>
  choicesOf(schema).every(({ type, items, maxLength = 0 }) => {
    if (type === 'array') return items?.type === 'object';
    return type === 'object' || (type === 'string' && maxLength >= LONG);
  });

interface Fitting {
  readonly value: unknown;
}

function valueFor(text: string, schema: ValueSchema): Fitting | null {
  const choices = [...choicesOf(schema)].sort((a, b) => ORDER.indexOf(kindOf(a)) - ORDER.indexOf(kindOf(b)));
  for (const choice of choices) {
    const fitting = valueForOne(text, choice);
    if (fitting !== null) return fitting;
  }
  return null;
}

function kindOf({ enum: values, const: only, type = 'any' }: ValueSchema): string {
  return values !== undefined || only !== undefined ? 'enum' : type;
}

function valueForOne(text: string, schema: ValueSchema): Fitting | null {
  switch (kindOf(schema)) {
    case 'enum':
      return asFitting((schema.enum ?? [schema.const]).find((value) => String(value) === text));
    case 'boolean':
      return text === 'true' || text === 'false' ? { value: text === 'true' } : null;
    case 'integer':
    case 'number':
      return /^-?\d+(?:\.\d+)?$/.test(text) ? { value: Number(text) } : null;
    case 'array':
      return listFor(text, schema);
    case 'object':
      return objectFor(text, schema);
    case 'string':
      return { value: text };
    default:
      return { value: asJson(text)?.value ?? text };
  }
}

/** JSON, else one item; where items are names or numbers, several with commas between. */
function listFor(text: string, { items = {} }: ValueSchema): Fitting | null {
  const json = text.startsWith('[') ? asJson(text) : null;
  if (json !== null) return json;
  const isShort = choicesOf(items).every((item) => kindOf(item) !== 'string' || item.pattern !== undefined);
  const found = (isShort ? text.split(',') : [text]).map((word) => valueFor(word, items));
  return found.includes(null) ? null : { value: found.map((fitting) => fitting?.value) };
}

/** Of a list with commas, its first item that is none. */
function wrongIn(text: string, schema: ValueSchema): string {
  const list = choicesOf(schema).find(({ type }) => type === 'array');
  const items = list?.items ?? {};
  return (list === undefined ? null : text.split(',').find((word) => valueFor(word, items) === null)) ?? text;
}

/** JSON, else one member as `NAME=value`. */
function objectFor(text: string, { properties = {}, additionalProperties }: ValueSchema): Fitting | null {
  if (text.startsWith('{')) return asJson(text);
  const at = text.indexOf('=');
  if (at <= 0) return null;
  const name = text.slice(0, at);
  const member = Object.hasOwn(properties, name) ? properties[name] : asSchema(additionalProperties);
  const fitting = member === undefined ? null : valueFor(text.slice(at + 1), member);
  return fitting === null ? null : { value: { [name]: fitting.value } };
}

/** Absent where no other members are allowed. */
const asSchema = (value: unknown): ValueSchema | undefined =>
  typeof value === 'object' && value !== null ? value : undefined;

function asJson(text: string): Fitting | null {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return null;
  }
}

const asFitting = (value: unknown): Fitting | null => (value === undefined ? null : { value });

/** A parameter that is given again: lists grow, members join; null for what is given once. */
export function joined(before: unknown, value: unknown): unknown {
  if (Array.isArray(before) && Array.isArray(value)) return [...before, ...value];
  if (isMembers(before) && isMembers(value)) return { ...before, ...value };
  return null;
}

const isMembers = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
