/** What a script depends on, started before it: in order, each when the one before is as far as the config wants it. */
import { isLive } from '../process/machine.ts';
import type { ManagedProcess, ProcessRequest } from '../process/managed-process.ts';
import type { Waited } from '../process/wait.ts';
import type { DependencyState } from '../project/config-schema.ts';
import { Fault } from '../text/fault.ts';
import { processRequest, readyWithinMs, startProcess } from './process-request.ts';
import { type Command, ofScript } from './run-command.ts';
import { firstAndLast } from './run-lines.ts';
import type { Call } from './tool.ts';
import type { Workbench } from './workbench.ts';

/** One that is as far as it must be. */
export interface Dependency {
  readonly script_name: string;
  readonly process_id: string;
  readonly until: DependencyState;
  readonly state: string;
  /** It ran already. */
  readonly reused: boolean;
  readonly waited_ms: number;
}

interface Round {
  readonly call: Call;
  readonly workbench: Workbench;
  readonly autostart: boolean;
  /** Each script once, however many depend on it. */
  readonly done: Map<string, Dependency>;
}

export interface Started {
  readonly process: ManagedProcess;
  readonly reused: boolean;
  readonly dependencies: readonly Dependency[];
}

/** What is live already needs none of them. `port`: the PORT that is given to it. Throws as startProcess does, and for a dependency. */
export function startWithDependencies(
  command: Command,
  request: ProcessRequest,
  call: Call,
  workbench: Workbench,
  { port, autostart }: { readonly port: string | undefined; readonly autostart: boolean },
): Promise<Started> {
  return workbench.turns.take(`${request.path}\0${request.id}`, call.signal, async () => {
    await workbench.processes.stopped(request.path, request.id);
    const present = workbench.processes.get(request.path, request.id);
    const live = present !== null && isLive(present.state());
    const dependencies = live ? [] : await startDependencies(command, call, workbench, autostart);
    return { ...(await startProcess(command, request, workbench, port)), dependencies };
  });
}

/** Throws `start_failed` for the first that fails; those before it run on. */
async function startDependencies(
  command: Command,
  call: Call,
  workbench: Workbench,
  autostart: boolean,
): Promise<Dependency[]> {
  const round: Round = { call, workbench, autostart, done: new Map() };
  await startAll(command, round);
  return [...round.done.values()];
}

/** The config has no circles: those are taken out when it is read. */
async function startAll({ settings, directory }: Command, round: Round): Promise<void> {
  for (const { name, until } of settings.dependsOn) {
    if (!round.done.has(name)) round.done.set(name, await startOne(name, until, directory, round));
  }
}

async function startOne(name: string, until: DependencyState, directory: string, round: Round): Promise<Dependency> {
  const { call, workbench } = round;
  const command = ofScript(name, [], directory);
  await workbench.processes.stopped(directory, command.id);
  const present = workbench.processes.get(directory, command.id);
  const reused = present !== null && isLive(present.state());
  if (!reused) await startAll(command, round);
  call.progress?.(`${name}: ${reused ? 'runs already' : 'is started'}`);
  const process = reused ? present : await started(command, name, round);
  const waited = await waitUntil(until, process, command, call, workbench);
  if (!isFarEnough(until, process, waited)) throw notReady(name, until, process, waited, workbench);
  const { state } = process.snapshot();
  return { script_name: name, process_id: process.id, until, state, reused, waited_ms: waited.ms };
}

async function started(command: Command, name: string, { call, workbench, autostart }: Round): Promise<ManagedProcess> {
  const request = processRequest(command, {}, call.caller, autostart);
  try {
    return (await startProcess(command, request, workbench)).process;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new Fault(error.code, `dependency ${name} cannot be started: ${error.message}`, error.hint, {
      ...error.values,
      dependency: name,
    });
  }
}

const CONDITIONS = { ready: 'ready', started: 'none', completed: 'exit', ended: 'exit' } as const;

function waitUntil(
  until: DependencyState,
  process: ManagedProcess,
  command: Command,
  { signal, progress }: Call,
  { processes }: Workbench,
): Promise<Waited> {
  const options = { timeoutMs: readyWithinMs(command), signal, progress, after: null };
  return processes.wait(process, { kind: CONDITIONS[until] }, options);
}

const isFarEnough = (until: DependencyState, process: ManagedProcess, { ok }: Waited): boolean =>
  ok && (until !== 'completed' || process.state() === 'stopped');

function notReady(
  name: string,
  until: DependencyState,
  process: ManagedProcess,
  waited: Waited,
  workbench: Workbench,
): Fault {
  const view = workbench.processes.view(process);
  const how = view.exit_code === null ? (view.signal ?? '') : `exit code ${view.exit_code}`;
  const seen = waited.seen === null ? '' : ` (${waited.seen})`;
  const why =
    waited.reason === 'timeout'
      ? `is not ${until} within ${waited.ms} ms${seen}`
      : `has ended${how === '' ? '' : ` with ${how}`}`;
  return new Fault(
    'start_failed',
    `dependency ${name} ${why}`,
    `${hintOf(until, process, waited)}Look at proc output of process_id=${process.id}; what was started before it runs on.`,
    {
      dependency: name,
      process_id: process.id,
      state: view.state,
      exit_code: view.exit_code,
      signal: view.signal,
      waited,
      lines: firstAndLast(process, workbench),
    },
  );
}

/** One that nothing else is said of becomes ready by a URL, a port or its end: mostly it was never meant to be a server. */
function hintOf(until: DependencyState, process: ManagedProcess, { reason }: Waited): string {
  if (until !== 'ready' || reason !== 'timeout' || process.request.readiness !== null) return '';
  return 'It has named no URL and listens nowhere: depend on it as "started", or say in the config by which ready it is. ';
}
