/** `proc`: a started process, from its list row to its end. */
import * as z from 'zod';
import { isRun } from '../process/machine.ts';
import { Fault } from '../text/fault.ts';
import { placeAfter, showOutput } from './proc-output.ts';
import { knownPath } from './project-path.ts';
import { type Call, defineTool, type ToolResult } from './tool.ts';
import { checkCondition, conditionOf, portSchema, waitForSchema } from './wait-for.ts';
import type { Workbench } from './workbench.ts';

const NAMED = ['process_id', 'path'] as const;

const ACTIONS = {
  list: ['path', 'global', 'label'],
  status: NAMED,
  output: [
    ...NAMED,
    'stream',
    'grep',
    'grep_v',
    'head',
    'tail',
    'after',
    'context',
    'raw',
    'encoding',
    'timestamps',
    'reveal',
  ],
  wait: [...NAMED, 'for', 'timeout_ms', 'after'],
  stop: [...NAMED, 'force', 'grace_ms'],
  restart: [...NAMED, 'force', 'grace_ms'],
  input: [...NAMED, 'data', 'eof'],
  remove: NAMED,
  cleanup_port: ['port', 'dry_run', 'force', 'path'],
} as const;

type Action = keyof typeof ACTIONS;
const ACTION_NAMES = Object.keys(ACTIONS) as [Action, ...Action[]];

const count = z.int().min(1).max(1_000_000);

const procSchema = z.strictObject({
  action: z.enum(ACTION_NAMES),
  process_id: z.string().optional(),
  path: z.string().optional().describe('project directory; default: where you work'),
  global: z.boolean().default(false).describe('list: of all projects'),
  label: z.string().optional().describe('list: name=value, or name'),
  stream: z.enum(['combined', 'stdout', 'stderr']).default('combined'),
  grep: z.string().min(1).optional().describe('regular expression'),
  grep_v: z.string().min(1).optional().describe('regular expression of lines to leave out'),
  head: count.optional(),
  tail: count.optional(),
  after: z.int().min(0).optional().describe('cursor: only what came later'),
  context: z.int().min(0).max(100).default(0).describe('lines around each match'),
  raw: z.boolean().default(false).describe('ANSI and repeats kept'),
  encoding: z.enum(['utf8', 'base64']).default('utf8').describe('base64: the bytes'),
  timestamps: z.boolean().default(false),
  reveal: z.boolean().default(false),
  for: waitForSchema.optional().describe('wait: ready | exit | {text|regex|port|http}'),
  timeout_ms: z.int().min(1).max(86_400_000).default(30_000),
  force: z.boolean().default(false).describe('SIGKILL at once; cleanup_port: other projects’ too'),
  grace_ms: z.int().min(0).max(600_000).default(5_000),
  data: z.string().max(1_048_576).default(''),
  eof: z.boolean().default(false),
  port: portSchema.optional(),
  dry_run: z.boolean().default(false),
});

type ProcInput = z.output<typeof procSchema>;

export const procTool = defineTool({
  name: 'proc',
  title: 'Processes',
  description:
    'What run has started: list, status, output (filters grep, head, tail; after: cursor), wait (for a condition), stop (the whole tree), restart, input, remove, cleanup_port (ends who listens there).',
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false },
  actions: ACTIONS,
  input: procSchema,
  run: (input, call, workbench) => HANDLERS[input.action](input, call, workbench),
});

type Handler = (input: ProcInput, call: Call, workbench: Workbench) => Promise<ToolResult>;

const HANDLERS: Record<Action, Handler> = {
  async list(input, call, workbench) {
    const { processes } = workbench;
    const path = input.global ? null : await knownPath(input.path, call.caller, workbench);
    const { total_started, total_failed } = processes.totals();
    const listed = processes.list(path, input.label ?? null).map((process) => processes.view(process));
    const active_count = listed.filter(({ state }) => isRun(state)).length;
    return { kind: 'data', value: { processes: listed, active_count, total_started, total_failed } };
  },
  async status(input, call, workbench) {
    return view(await named(input, call, workbench), workbench);
  },
  async output(input, call, workbench) {
    return showOutput(await named(input, call, workbench), input, workbench);
  },
  async wait(input, call, workbench) {
    const process = await named(input, call, workbench);
    const wanted = required(input.for, 'for', 'wait');
    await checkCondition(wanted, workbench.patterns);
    const condition = conditionOf(wanted);
    const options = {
      timeoutMs: input.timeout_ms,
      signal: call.signal,
      progress: call.progress,
      after: placeAfter(process, input.after, workbench) ?? null,
    };
    const waited = await workbench.processes.wait(process, condition, options);
    const value = { ...workbench.processes.view(process), waited };
    if (waited.ok) return { kind: 'data', value };
    const hasEnded = waited.reason === 'ended';
    const why = hasEnded
      ? `it has ended before that with ${process.endText()}`
      : `not within timeout_ms=${input.timeout_ms}`;
    const last = waited.seen === null ? '' : `; last seen: ${waited.seen}`;
    const hint = hasEnded
      ? 'Look at proc output; run starts it again.'
      : 'The process was left as it is: look at proc output, or wait longer.';
    return {
      kind: 'data',
      value: { error: 'timeout', ...value },
      failed: `timeout: waiting for ${condition.kind} of ${process.id}: ${why}${last}. ${hint}`,
    };
  },
  async stop(input, call, workbench) {
    const process = await named(input, call, workbench);
    await workbench.processes.stop(process, { force: input.force, graceMs: input.grace_ms });
    return view(process, workbench);
  },
  async restart(input, call, workbench) {
    const process = await named(input, call, workbench);
    await workbench.processes.restart(process, { force: input.force, graceMs: input.grace_ms });
    return view(process, workbench);
  },
  async input(input, call, workbench) {
    const process = await named(input, call, workbench);
    if (input.data === '' && !input.eof) {
      throw new Fault('invalid_argument', 'data is missing', 'Give data, or eof: true to close the standard input.', {
        parameter: 'data',
      });
    }
    await workbench.processes.input(process, input.data, input.eof);
    return view(process, workbench);
  },
  async remove(input, call, workbench) {
    const process = await named(input, call, workbench);
    await workbench.processes.remove(process);
    return { kind: 'data', value: { removed: process.id } };
  },
  async cleanup_port(input, call, workbench) {
    const port = required(input.port, 'port', 'cleanup_port');
    const { killed, message, left, refused } = await workbench.processes.cleanupPort({
      port,
      dryRun: input.dry_run,
      path: await knownPath(input.path, call.caller, workbench),
      foreign: input.force,
    });
    if (left.length > 0 || refused) {
      throw new Fault(
        refused ? 'permission_denied' : 'timeout',
        `port=${port}: ${message}`,
        'End those yourself, or choose another port.',
        {
          port,
          killed,
          left,
        },
      );
    }
    return { kind: 'data', value: { port, killed, message } };
  },
};

const view = (process: Parameters<Workbench['processes']['view']>[0], workbench: Workbench): ToolResult => ({
  kind: 'data',
  value: { ...workbench.processes.view(process) },
});

async function named(input: ProcInput, call: Call, workbench: Workbench) {
  const id = required(input.process_id, 'process_id', input.action);
  return workbench.processes.resolve(id, await knownPath(input.path, call.caller, workbench));
}

function required<Value>(value: Value | undefined, parameter: string, action: string): Value {
  if (value !== undefined) return value;
  throw new Fault(
    'invalid_argument',
    `${parameter} is missing`,
    `proc ${action} takes ${ACTIONS[action as Action].join(', ')}.`,
    {
      parameter,
    },
  );
}
