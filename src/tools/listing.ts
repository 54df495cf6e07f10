/** `tools/list`, made once from the table: short, in fixed order, the same for every client. */
import { z } from 'zod';
import { TOOLS } from './table.ts';
import type { Annotations, Tool } from './tool.ts';

export interface ListedTool {
  name: string;
  title: string;
  description: string;
  inputSchema: { type: 'object'; [key: string]: unknown };
  annotations: Annotations;
}

const listed = TOOLS.map(list);
export const listing = (): ListedTool[] => listed;

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
