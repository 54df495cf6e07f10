/** `tools/list`, made once from the table: short, in fixed order, the same for every client. */
import * as z from 'zod';
import { TOOLS } from './table.ts';
import type { Annotations, Tool } from './tool.ts';

export interface ListedTool {
  name: string;
  title: string;
  description: string;
  inputSchema: { type: 'object'; [key: string]: unknown };
  annotations: Annotations;
}

let listed: ListedTool[] | null = null;
/** Made at the first call: a daemon's start does not wait for it. */
export function listing(): ListedTool[] {
  listed ??= TOOLS.map(list);
  return listed;
}

/** Limits of values: an error names them when it matters, and each list of tools is spared them. */
const LIMITS = new Set(['minimum', 'maximum', 'minLength', 'maxLength', 'pattern', 'format']);

/** What goes without saying: a switch is off, names are strings, a member may be anything. */
const isPlain = (name: string, value: unknown): boolean =>
  (LIMITS.has(name) && typeof value !== 'object') ||
  (name === 'default' && value === false) ||
  name === 'propertyNames' ||
  (name === 'additionalProperties' && JSON.stringify(value) === '{}');

function withoutLimits(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutLimits);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(([name, value]) => !isPlain(name, value));
  return Object.fromEntries(kept.map(([name, value]) => [name, withoutLimits(value)]));
}

function list(tool: Tool): ListedTool {
  const { $schema: _, ...schema } = withoutLimits(z.toJSONSchema(tool.input, { io: 'input' })) as Record<
    string,
    unknown
  >;
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: { ...schema, type: 'object' },
    annotations: tool.annotations,
  };
}
