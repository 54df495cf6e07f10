/** `run`: starts a script or a command, waits as asked, and answers with the process and its first and last words. */
import * as z from 'zod';
import type { Condition } from '../process/condition.ts';
import { isLive } from '../process/machine.ts';
import type { ManagedProcess } from '../process/managed-process.ts';
import type { Waited } from '../process/wait.ts';
import { MOST_CHARACTERS } from '../text/budget.ts';
import { portInUse } from '../text/port-in-use.ts';
import { type Dependency, startWithDependencies } from './dependencies.ts';
import { processRequest, readyWithinMs } from './process-request.ts';
import { projectPath } from './project-path.ts';
import { startTiedProxies, type TiedProxy } from './proxies-of-script.ts';
import { type Command, commandOf } from './run-command.ts';
import { firstAndLast, wholeOutput } from './run-lines.ts';
import { type Call, defineTool, type ToolResult } from './tool.ts';
import { checkCondition, conditionOf, waitForSchema } from './wait-for.ts';
import type { Workbench } from './workbench.ts';

const MAX_TIMER_MS = 2 ** 31 - 1;
const duration = z.int().min(1).max(MAX_TIMER_MS);

/** A one-shot command mostly ends within so long; its words then stand in the answer of `run` itself. */
const GLANCE_MS = 150;

/** The system ends a text at its first NUL. */
const systemText = z.string().refine((text) => !text.includes('\0'), 'holds a NUL character');
const environment = z
  .record(z.string(), systemText)
  .refine((env) => Object.keys(env).every((name) => /^[^=\0]+$/.test(name)), 'a name is empty or holds = or NUL');

const runSchema = z.strictObject({
  script_name: z.string().min(1).optional().describe('a script that detect lists'),
  command: systemText.min(1).optional().describe('executable, instead of script_name'),
  args: z.array(systemText).default([]).describe('arguments of the script or command'),
  path: z.string().optional().describe('project directory; default: where you work'),
  id: z.string().optional().describe('default: name of script or command'),
  mode: z.enum(['background', 'foreground', 'foreground-raw']).default('background'),
  env: environment.default({}),
  shell: z.boolean().default(false).describe('command is a shell line'),
  raw: z.boolean().default(false).describe('command and args as they are; implied without script_name'),
  wait_for: waitForSchema.optional().describe('ready (servers) | exit | none | {text|regex|port|http}'),
  wait_timeout_ms: duration.optional().describe('default 30000; foreground: none'),
  timeout_ms: duration.optional().describe('end the run after so long'),
  restart: z.enum(['never', 'on-failure', 'always']).optional(),
  tty: z.boolean().optional(),
  labels: z.record(z.string(), z.string()).default({}),
  keep: z.boolean().optional().describe('goes on when all clients of the project have left'),
});

type RunInput = z.output<typeof runSchema>;

export const runTool = defineTool({
  name: 'run',
  title: 'Run a script or command',
  description:
    'Start a script of the project (script_name) or a command (command, args). In the background it returns when the server is ready, with URLs, ports and first lines; the same live command is not started twice (reused: true). foreground waits for the end. See proc for the rest.',
  annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
  input: runSchema,
  async run(input, call, workbench) {
    const path = await projectPath(input.path, call.caller);
    const command = commandOf(input, path);
    if (input.wait_for !== undefined) await checkCondition(input.wait_for, workbench.patterns);
    for (const directory of [path, command.directory]) call.caller.attend(directory);
    const request = processRequest(command, input, call.caller);
    const { process, reused, dependencies } = await startWithDependencies(command, request, call, workbench, {
      port: input.env['PORT'] ?? command.env['PORT'],
      autostart: false,
    });
    call.progress?.(`${process.id} ${reused ? 'runs already' : 'started'}`);
    const waited = await wait(process, input, command, call, workbench);
    const proxies = await tiedProxies(process, command, call, workbench);
    return answer(process, { reused, dependencies, proxies, waited }, input, workbench);
  },
});

/** Of a script under its own id: another one's proxies are not its. */
async function tiedProxies(
  process: ManagedProcess,
  command: Command,
  call: Call,
  workbench: Workbench,
): Promise<readonly TiedProxy[]> {
  if (command.script === null || process.id !== command.id || !isLive(process.state())) return [];
  return startTiedProxies(process, command.script, call, workbench);
}

function wait(
  process: ManagedProcess,
  input: RunInput,
  command: Command,
  call: Call,
  workbench: Workbench,
): Promise<Waited> {
  const chosen = chooseCondition(input, command);
  const withinMs = input.wait_timeout_ms ?? (foreground(input) ? MAX_TIMER_MS : readyWithinMs(command));
  const timeoutMs = chosen.kind === 'glance' ? GLANCE_MS : withinMs;
  const condition: Condition = chosen.kind === 'glance' ? { kind: 'exit' } : chosen;
  const waiting = workbench.processes.wait(process, condition, {
    timeoutMs,
    signal: call.signal,
    progress: call.progress,
    after: null,
  });
  if (chosen.kind !== 'glance') return waiting;
  return waiting.then((waited) => ({ ...waited, for: 'none', ok: true, reason: null, seen: null }));
}

const foreground = (input: RunInput): boolean => input.mode !== 'background';

/** `glance`: nothing was asked for and nothing says that it is a server. */
function chooseCondition(input: RunInput, { server, settings }: Command): Condition | { kind: 'glance' } {
  if (input.wait_for !== undefined) return conditionOf(input.wait_for);
  if (foreground(input)) return { kind: 'exit' };
  return server || settings.ready !== null ? { kind: 'ready' } : { kind: 'glance' };
}

async function answer(
  process: ManagedProcess,
  outcome: {
    readonly reused: boolean;
    readonly dependencies: readonly Dependency[];
    readonly proxies: readonly TiedProxy[];
    readonly waited: Waited;
  },
  input: RunInput,
  workbench: Workbench,
): Promise<ToolResult> {
  const lines = firstAndLast(process, workbench);
  const value: Record<string, unknown> = { ...workbench.processes.view(process), ...outcome, lines };
  if (!outcome.waited.ok) Object.assign(value, await whyNot([...lines.first, ...lines.last], workbench));
  if (input.mode === 'foreground-raw') {
    const room = MOST_CHARACTERS - JSON.stringify(value).length;
    Object.assign(value, wholeOutput(process, workbench, room));
  }
  return { kind: 'data', value };
}

/** Who holds the port, when the last words say that this is why. */
async function whyNot(lines: readonly string[], workbench: Workbench): Promise<Record<string, unknown>> {
  const port = portInUse(lines.join('\n'));
  if (port === null) return {};
  return { port_in_use: { port, holders: await workbench.processes.holders(port) } };
}
