/** A config file's value against its declaration: what is wrong is named with its path, and taken out until the rest is right. */
import * as z from 'zod';
import { nearNames } from '../text/near.ts';
import { type ConfigFile, configSchema } from './config-schema.ts';
import { isRecord } from './values.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** A file of noise is wrong in more ways than anyone reads. */
const MOST_ERRORS = 20;
/** Each round takes out what the one before has found. */
const MOST_ROUNDS = 20;
/** Without one of these a script would do something else than what was meant. */
const WHAT_IS_RUN = new Set(['command', 'args', 'shell', 'cwd', 'env', 'port']);

export interface CheckedConfig {
  readonly value: ConfigFile;
  readonly errors: readonly string[];
}

export function checkConfig(given: unknown): CheckedConfig {
  if (!isRecord(given)) return { value: {}, errors: ['the file must hold an object'] };
  const errors = new Set<string>();
  let value: unknown = structuredClone(given);
  for (let round = 0; round < MOST_ROUNDS && errors.size <= MOST_ERRORS; round++) {
    const parsed = configSchema.safeParse(value);
    if (parsed.success) return { value: parsed.data, errors: [...errors].slice(0, MOST_ERRORS) };
    for (const issue of parsed.error.issues.slice(0, MOST_ERRORS)) value = withoutWrong(issue, [], value, errors);
  }
  return {
    value: {},
    errors: [...errors, 'more is wrong than is told: nothing of the file is used'].slice(-MOST_ERRORS),
  };
}

/** `value` without what `issue` is about, which is noted. */
function withoutWrong(issue: Issue, above: Path, value: unknown, errors: Set<string>): unknown {
  const path = [...above, ...issue.path];
  if (issue.code === 'unrecognized_keys')
    return issue.keys.reduce((rest, key) => {
      errors.add(`${shownPath([...path, key])}: unknown key; ${knownKeys(path, key)}`);
      return without([...path, key], rest);
    }, value);
  const branch = issue.code === 'invalid_union' ? fittingBranch(issue.errors) : null;
  if (branch !== null) return branch.reduce((rest, inner) => withoutWrong(inner, path, rest, errors), value);
  errors.add(`${shownPath(path)}: ${said(issue)}`);
  return without(smallestPart(path, value), value);
}

/** Of the alternatives the one whose type is right: the others only say that they are another. */
function fittingBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const fitting = branches.filter(
    (issues) =>
      !issues.some(({ path, code }) => path.length === 0 && (code === 'invalid_type' || code === 'invalid_value')),
  );
  return fitting.length === 1 ? (fitting[0] ?? null) : null;
}

/** What has to go: the value itself; the whole script or proxy where it would not be the same without. */
function smallestPart(path: Path, value: unknown): Path {
  const [section, , key] = path;
  if (section === 'scripts' && WHAT_IS_RUN.has(String(key))) return path.slice(0, 2);
  if (section === 'proxies' && (key === 'process' || key === 'target_url')) return path.slice(0, 2);
  return at(path, value) === undefined ? path.slice(0, -1) : path;
}

const at = (path: Path, value: unknown): unknown =>
  path.reduce(
    (found: unknown, key) => (typeof found === 'object' && found !== null ? Reflect.get(found, key) : undefined),
    value,
  );

/** In a list a hole stays, which the next round does not see: an undefined element is taken out with its list's others kept. */
function without(path: Path, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return {};
  if (Array.isArray(value))
    return rest.length === 0
      ? value.filter((_, index) => index !== key)
      : value.map((item, index) => (index === key ? without(rest, item) : item));
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).flatMap(([name, inner]): [string, unknown][] => {
    if (name !== key) return [[name, inner]];
    return rest.length === 0 ? [] : [[name, without(rest, inner)]];
  });
  return Object.fromEntries(entries);
}

function said(issue: Issue): string {
  if (issue.code === 'invalid_key')
    return `is no name that is allowed here${issue.issues[0] ? `: ${issue.issues[0].message}` : ''}`;
  const message = issue.message.replace(/^Invalid (?:input|option): /, '');
  return message.charAt(0).toLowerCase() + message.slice(1);
}

/** `scripts.web.args[1]`; what is no plain word stands in quotes. */
export const shownPath = (path: Path): string =>
  path
    .map((key, index) => {
      if (typeof key === 'number') return `[${key}]`;
      const name = String(key).slice(0, 80);
      if (!/^[\w$@:/-]+$/.test(name)) return `[${JSON.stringify(name)}]`;
      return index === 0 ? name : `.${name}`;
    })
    .join('');

function knownKeys(path: Path, key: string): string {
  const known = keysAt(path);
  const [near] = nearNames(key, known);
  return `${near === undefined ? '' : `did you mean ${near}? `}known: ${known.join(', ')}`;
}

/** Keys that the declaration has for the object at `path`. */
function keysAt(path: Path): string[] {
  const found = path.reduce<z.core.$ZodType | undefined>((schema, key) => memberOf(schema, key), configSchema);
  const schema = bare(found);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function memberOf(of: z.core.$ZodType | undefined, key: PropertyKey): z.core.$ZodType | undefined {
  const schema = bare(of);
  if (schema instanceof z.ZodObject) return schema.shape[String(key)];
  return schema instanceof z.ZodRecord ? schema.valueType : undefined;
}

/** What is behind "optional", and of alternatives the one that has keys. */
function bare(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  if (schema instanceof z.ZodOptional) return bare(schema.unwrap());
  return schema instanceof z.ZodUnion ? schema.options.find((option) => option instanceof z.ZodObject) : schema;
}
