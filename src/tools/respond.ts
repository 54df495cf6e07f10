/** The one renderer: what a handler returned, or threw, as an MCP result. */
import { resolve } from 'node:path';
import { Fault } from '../text/fault.ts';
import { checkArguments } from './arguments.ts';
import { fitAnswer } from './fit-answer.ts';
import type { Call, Tool, ToolResult } from './tool.ts';
import type { Workbench } from './workbench.ts';

/** The part of MCP's `CallToolResult` that we use. */
export interface CallResult {
  [key: string]: unknown;
  content: { type: 'text'; text: string }[];
  structuredContent?: Record<string, unknown>;
  isError?: boolean;
  _meta?: Record<string, unknown>;
}

/** Calls `tool` with whatever a client sent; never throws. */
export async function respond(tool: Tool, given: unknown, call: Call, workbench: Workbench): Promise<CallResult> {
  try {
    const values = checkArguments(tool, given);
    const { path } = values;
    workbench.learn(resolve(call.caller.cwd, typeof path === 'string' ? path : '.'));
    return rendered(await tool.run(values, call, workbench), workbench);
  } catch (error) {
    if (!(error instanceof Fault))
      workbench.log(`${tool.name}: ${error instanceof Error ? error.stack : String(error)}`);
    return renderedFault(asFault(error), workbench);
  }
}

function rendered(result: ToolResult, workbench: Workbench): CallResult {
  if (result.kind === 'text') {
    return { content: [{ type: 'text', text: result.text }], _meta: { 'devtool-mcp': result.facts } };
  }
  const { value, text } = fitAnswer(result.value, (bytes) => workbench.saveLarge(bytes, 'json'));
  const lead = result.failed === undefined ? '' : `${result.failed}\n`;
  return {
    content: [{ type: 'text', text: lead + text }],
    structuredContent: value,
    ...(result.failed === undefined ? {} : { isError: true }),
  };
}

export function renderedFault(fault: Fault, { saveLarge }: Pick<Workbench, 'saveLarge'>): CallResult {
  // Many clients show the model this part alone, so the sentence stands here too.
  const facts = { error: fault.code, ...fault.values, message: fault.message, hint: fault.hint };
  return {
    content: [{ type: 'text', text: fault.text }],
    structuredContent: fitAnswer(facts, (bytes) => saveLarge(bytes, 'json')).value,
    isError: true,
  };
}

function asFault(error: unknown): Fault {
  if (error instanceof Fault) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new Fault('internal', message, 'This is a fault of devtool-mcp: the daemon log has the details.');
}
