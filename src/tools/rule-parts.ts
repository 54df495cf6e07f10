/** What rules of every kind are made of, as users write it: schemas, and how what is wrong is said. */
import * as z from 'zod';
import { checkPattern } from '../proxy/shape/pattern-set.ts';
import { PatternRefused } from '../proxy/shape/pattern-syntax.ts';
import { Fault } from '../text/fault.ts';
import { guess, shown } from './arguments.ts';

const idSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/, 'must be 1 to 64 letters, digits, . _ : -');
export const methodSchema = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~\w-]{1,32}$/, 'must be a method')
  .transform((method) => method.toUpperCase());
/** A pattern that can be matched in linear time. */
export const patternSchema = z.string().superRefine((pattern, context) => {
  try {
    checkPattern(pattern);
  } catch (error) {
    if (!(error instanceof PatternRefused)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
  }
});
export const probabilitySchema = z.number().min(0).max(1);

/** What a rule of every kind may say of itself. */
export const ownFields = {
  id: idSchema.optional(),
  name: z.string().max(200).default(''),
  enabled: z.boolean().default(true),
  times: z.int().min(1).max(1_000_000_000).optional(),
  /** At most 30 days. */
  expires_ms: z.int().min(1).max(2_592_000_000).optional(),
};

type OwnFields = z.output<z.ZodObject<typeof ownFields>> & { readonly id: string };

/** The same in its spec. */
export const ownSpec = ({ id, name, enabled, times, expires_ms }: OwnFields) => ({
  id,
  name,
  isEnabled: enabled,
  times: times ?? null,
  expiresMs: expires_ms ?? null,
});

type Given = Readonly<Record<string, unknown>>;

/** All of them, or a fault that names the field: `rules[2].match.url_pattern`. */
export function parseRules<Output>(given: readonly Given[], schema: z.ZodType<Output>): Output[] {
  return given.map((one, at) => {
    const parsed = schema.safeParse(one);
    if (parsed.success) return parsed.data;
    throw refusal(parsed.error.issues[0], one, at, schema);
  });
}

function refusal(found: z.core.$ZodIssue | undefined, given: Given, at: number, schema: z.ZodType): Fault {
  const issue = deepest(found);
  const path = issue?.path ?? [];
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const parameter = `rules[${at}]${[...path, ...(unknown === undefined ? [] : [unknown])]
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step).slice(0, 80)}`))
    .join('')}`;
  if (unknown !== undefined) {
    const near = guess(unknown, membersAt(schema, path));
    return invalid(parameter, `${parameter} is unknown`, `${hintFor(schema, path)}${near}`);
  }
  const value = path.reduce<unknown>(
    (holder, step) => (typeof holder === 'object' && holder !== null ? Reflect.get(holder, step) : undefined),
    given,
  );
  const said = value === undefined ? `${parameter} is missing` : `${parameter}=${shown(value)}: ${issue?.message}`;
  return invalid(
    parameter,
    value === undefined && issue?.code === 'custom' ? `${parameter}: ${issue.message}` : said,
    `${hintFor(schema, path)}${issue?.code === 'invalid_value' ? guess(value, issue.values.map(String)) : ''}`,
  );
}

/** Of alternatives, what is wrong with the one that came furthest. */
function deepest(issue: z.core.$ZodIssue | undefined): z.core.$ZodIssue | undefined {
  if (issue?.code !== 'invalid_union') {
    if (issue?.code !== 'invalid_key' || issue.issues[0] === undefined) return issue;
    return { ...issue.issues[0], path: issue.path };
  }
  const inner = issue.errors.map((errors) => errors[0]).filter((error) => error !== undefined);
  const far = inner.toSorted((a, b) => b.path.length - a.path.length)[0];
  return far === undefined || far.path.length === 0 ? issue : deepest({ ...far, path: [...issue.path, ...far.path] });
}

/** What may stand there, or beside it. */
function hintFor(schema: z.ZodType, path: readonly PropertyKey[]): string {
  const members = membersAt(schema, path);
  if (members.length === 0 && path.length > 0) return hintFor(schema, path.slice(0, -1));
  const where = path.filter((step) => typeof step === 'string').join('.');
  return `${where === '' ? 'A rule' : where} takes ${members.join(', ')}. No rule was changed.`;
}

/** Names of an object's members at a place of the schema; of all variants, where there are several. */
function membersAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let places: readonly object[] = [z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })];
  for (const step of path)
    places = places.flatMap(variants).flatMap((place) => membersOf(place, typeof step === 'number' ? 'items' : step));
  return [...new Set(places.flatMap(variants).flatMap((place) => Object.keys(memberOf(place, 'properties') ?? {})))];
}

const memberOf = (place: object, name: PropertyKey): object | null => {
  const member: unknown = Reflect.get(place, name);
  return typeof member === 'object' && member !== null ? member : null;
};
const membersOf = (place: object, step: PropertyKey): object[] => {
  const member = step === 'items' ? memberOf(place, step) : memberOf(memberOf(place, 'properties') ?? {}, step);
  return member === null ? [] : [member];
};
const variants = (place: object): object[] => {
  const some = ['anyOf', 'oneOf'].flatMap((name) => Object.values(memberOf(place, name) ?? {}));
  return some.length === 0 ? [place] : some.filter((one) => typeof one === 'object' && one !== null);
};

export const invalid = (parameter: string, message: string, hint: string): Fault =>
  new Fault('invalid_argument', message, hint, { parameter });

/** `latency`, `latency-2`: names for those that have none. */
export function withIds<One extends { readonly id?: string | undefined }>(
  rules: readonly One[],
  nameOf: (one: One) => string,
  taken: Iterable<string> = [],
): (One & { readonly id: string })[] {
  const used = new Set([...taken, ...rules.flatMap(({ id }) => id ?? [])]);
  return rules.map((one) => {
    if (one.id !== undefined) return { ...one, id: one.id };
    const name = nameOf(one);
    let id = name;
    for (let n = 2; used.has(id); n++) id = `${name}-${n}`;
    used.add(id);
    return { ...one, id };
  });
}

/** Throws for an id that comes twice. */
export function refuseTwins(rules: readonly { readonly id: string }[]): void {
  const seen = new Set<string>();
  for (const [at, { id }] of rules.entries()) {
    if (seen.has(id))
      throw invalid(`rules[${at}].id`, `rules[${at}].id=${shown(id)} comes twice`, 'Ids tell rules apart.');
    seen.add(id);
  }
}
