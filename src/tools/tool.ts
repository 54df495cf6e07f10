/** What a tool is: a row of the table in `table.ts`, from which listing, validation, dispatch and documents are made. */
import type * as z from 'zod';
import type { Workbench } from './workbench.ts';

/** Who calls: one connection of a front or command line. */
export interface Caller {
  /** Working directory of the client: the default `path`. */
  readonly cwd: string;
  /** Environment that children get. */
  readonly env: Readonly<Record<string, string>>;
  /** It works in `directory` too: what runs there is attended. */
  attend(directory: string): void;
  /** Shown as the owner of what the caller starts. */
  readonly name: string;
}

/** One call under way. */
export interface Call {
  readonly caller: Caller;
  /** Aborted when the client cancels or leaves. */
  readonly signal: AbortSignal;
  /** Tells a waiting client what is going on; null when it did not ask. */
  readonly progress: ((message: string) => void) | null;
}

/** Facts of a text result, `_meta["devtool-mcp"]`. */
export interface TextFacts {
  readonly lines: number;
  readonly total: number;
  readonly dropped: number;
  readonly truncated: boolean;
  readonly cursor: number;
}

/** Status-shaped results are data; output and logs are text. `failed` marks a result that is an error all the same. */
export type ToolResult =
  | { readonly kind: 'data'; readonly value: Record<string, unknown>; readonly failed?: string }
  | { readonly kind: 'text'; readonly text: string; readonly facts: TextFacts };

export interface Annotations {
  readonly readOnlyHint: boolean;
  readonly destructiveHint: boolean;
  readonly idempotentHint: boolean;
  readonly openWorldHint: boolean;
}

export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly annotations: Annotations;
  /** Every parameter that any action takes: what `tools/list` shows. */
  readonly input: z.ZodObject;
  /** Parameters that each action takes, by name, `action` left out; absent for a tool without actions. */
  readonly actions?: Readonly<Record<string, readonly string[]>>;
  /** Takes what `input` has let through. */
  run(input: Record<string, unknown>, call: Call, workbench: Workbench): Promise<ToolResult>;
}

/** Ties a handler's parameter type to its schema. */
export function defineTool<Shape extends z.ZodRawShape>(
  tool: Omit<Tool, 'input' | 'run'> & {
    readonly input: z.ZodObject<Shape>;
    run(input: z.output<z.ZodObject<Shape>>, call: Call, workbench: Workbench): Promise<ToolResult>;
  },
): Tool {
  const { input, run, ...rest } = tool;
  return { ...rest, input, run: (values, call, workbench) => run(input.parse(values), call, workbench) };
}
