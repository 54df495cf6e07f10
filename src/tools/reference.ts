/** The reference page docs/tools.md, made from the table. */
import * as z from 'zod';
import { parametersOf } from './arguments.ts';
import { TOOLS } from './table.ts';
import type { Tool } from './tool.ts';

export function reference(preface: string): string {
  return `${preface.trim()}\n\n${TOOLS.map(section).join('\n')}`;
}

export interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
}

function section(tool: Tool): string {
  const { properties = {} } = z.toJSONSchema(tool.input, { io: 'input' }) as Schema;
  const rows = Object.entries(properties).map(([name, schema]) => row(name, schema));
  const actions = Object.keys(tool.actions ?? {}).map(
    (action) => `- \`${action}\`: ${parametersOf(tool, action).slice(1).join(', ') || 'no parameters'}`,
  );
  const hints = Object.entries(tool.annotations).map(([name, value]) => `${name} ${value}`);
  return [
    `## \`${tool.name}\``,
    tool.description,
    ...(actions.length === 0 ? [] : [`Actions, and what each takes:\n\n${actions.join('\n')}`]),
    `| parameter | takes | default | |\n|---|---|---|---|\n${rows.join('\n')}`,
    `Annotations: ${hints.join(', ')}.`,
    '',
  ].join('\n\n');
}

function row(name: string, schema: Schema): string {
  const standard = schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``;
  return `| \`${name}\` | ${takes(schema).replaceAll('|', '\\|')} | ${standard} | ${schema.description?.replaceAll('|', '\\|') ?? ''} |`;
}

/** In words. */
export function takes(schema: Schema): string {
  if (schema.anyOf !== undefined) return schema.anyOf.map(takes).join(' or ');
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.properties !== undefined) return `\`{${Object.keys(schema.properties).join(', ')}}\``;
  if (schema.type === 'array') return `list of ${takes(schema.items ?? {})}`;
  if (schema.type === 'integer') return `integer${range(schema)}`;
  return schema.type ?? 'anything';
}

/** Bounds that somebody has set: not those of every integer. */
function range({ minimum, maximum }: Schema): string {
  const isSet = (bound: number | undefined) => bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  if (isSet(minimum) && isSet(maximum)) return ` ${minimum}–${maximum}`;
  return isSet(minimum) ? ` ≥ ${minimum}` : '';
}
