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

/** What goes without saying: a switch is off, a list is empty, names are strings, a member may be anything. */
const isPlain = (name: string, value: unknown): boolean =>
  (LIMITS.has(name) && typeof value !== 'object') ||
  (name === 'default' && ['false', '[]', '{}'].includes(JSON.stringify(value))) ||
  name === 'propertyNames' ||
  (name === 'additionalProperties' && JSON.stringify(value) === '{}');

function withoutLimits(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutLimits);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(([name, value]) => !isPlain(name, value));
  const { anyOf, ...rest } = Object.fromEntries(kept.map(([name, value]) => [name, withoutLimits(value)]));
  return Array.isArray(anyOf) ? { ...rest, ...oneOfEachType(anyOf) } : rest;
}

/** Variants that differ in limits or members alone are told once: the description says what they may hold. */
function oneOfEachType(variants: readonly { readonly type?: unknown }[]): Record<string, unknown> {
  const types = new Map(
    variants.map((variant) => [variant.type, variants.filter(({ type }) => type === variant.type)]),
  );
  const told = [...types].map(([type, of]) => (of.length === 1 ? of[0] : { type }));
  return told.length === 1 ? { ...told[0] } : { anyOf: told };
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
