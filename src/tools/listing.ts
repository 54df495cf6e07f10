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

function list(tool: Tool): ListedTool {
  const { $schema: _, ...schema } = z.toJSONSchema(tool.input, { io: 'input' });
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    inputSchema: { ...schema, type: 'object' },
    annotations: tool.annotations,
  };
}
