/** The tables of docs/configuration.md: every key, from the declaration. */
import { configJsonSchema } from './config-schema.ts';
import { isRecord, record, text } from './values.ts';

type Schema = Record<string, unknown>;

export function configReference(): string {
  const sections = record(configJsonSchema()['properties']);
  const scripts = objectOf(record(sections['scripts'])['additionalProperties']);
  const proxies = objectOf(record(sections['proxies'])['additionalProperties']);
  return [
    section('A script', 'scripts.<name>.', scripts),
    section('Readiness', 'scripts.<name>.ready.', objectOf(record(scripts['properties'])['ready'])),
    section('A proxy', 'proxies.<id>.', proxies),
    section('Limits', 'limits.', objectOf(sections['limits'])),
    section('Redaction', 'redaction.', objectOf(sections['redaction'])),
  ].join('\n\n');
}

function section(title: string, prefix: string, schema: Schema): string {
  const rows = Object.entries(record(schema['properties'])).map(
    ([key, member]) =>
      `| \`${prefix}${key}\` | ${cell(takes(record(member)))} | ${cell(text(record(member)['description']) ?? '')} |`,
  );
  return [`### ${title}`, '', '| key | takes | |', '|---|---|---|', ...rows].join('\n');
}

const cell = (words: string): string => words.replaceAll('|', '\\|');

/** Of alternatives the one that has keys. */
function objectOf(schema: unknown): Schema {
  const { anyOf } = record(schema);
  const found = Array.isArray(anyOf) ? anyOf.find((option) => 'properties' in record(option)) : schema;
  return record(found);
}

function takes(schema: Schema): string {
  const { anyOf, enum: values, type, items, properties, additionalProperties } = schema;
  if (Array.isArray(anyOf)) return [...new Set(anyOf.map((option) => takes(record(option))))].join(' or ');
  if (Array.isArray(values)) return values.map((value) => `\`"${String(value)}"\``).join(', ');
  if (schema['const'] !== undefined) return `\`${JSON.stringify(schema['const'])}\``;
  if (type === 'array') return `list of ${takes(record(items))}`;
  if (type === 'object') return isRecord(properties) ? 'object' : `object of ${takes(record(additionalProperties))}`;
  return type === 'string' ? 'text' : String(type);
}
