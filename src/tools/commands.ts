/** The table as the command line has it: written into the build, so that help and parameters need no daemon. */
import * as z from 'zod';
import { parametersOf } from './arguments.ts';
import { type Schema, takes } from './reference.ts';
import { TOOLS } from './table.ts';
import type { Tool } from './tool.ts';

/** Plain data: goes through JSON. */
export const commands = () => TOOLS.map(commandOf);

function commandOf(tool: Tool) {
  const { properties = {} } = z.toJSONSchema(tool.input, { io: 'input' }) as Schema;
  return {
    name: tool.name,
    title: tool.title,
    description: tool.description,
    actions: Object.keys(tool.actions ?? {}).map((name) => ({ name, parameters: parametersOf(tool, name).slice(1) })),
    parameters: Object.entries(properties)
      .filter(([name]) => tool.actions === undefined || name !== 'action')
      .map(([name, schema]) => ({ name, takes: takes(schema).replaceAll('`', ''), schema })),
  };
}
