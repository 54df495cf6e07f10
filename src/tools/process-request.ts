/** What is to be started, from a command and its settings; what a caller names itself wins over both. */
import type { Condition } from '../process/condition.ts';
import { isLive } from '../process/machine.ts';
import type { ManagedProcess, ProcessRequest } from '../process/managed-process.ts';
import type { RestartPolicy } from '../process/spec.ts';
import { isHttpUrl, type Readiness } from '../project/config-schema.ts';
import { expandVariables } from '../project/variables.ts';
import { Fault } from '../text/fault.ts';
import type { Command } from './run-command.ts';
import type { Caller } from './tool.ts';
import type { Workbench } from './workbench.ts';

/** Undefined: as the settings say. */
export interface Chosen {
  readonly id?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly keep?: boolean | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly timeout_ms?: number | undefined;
  readonly restart?: RestartPolicy | undefined;
  readonly tty?: boolean | undefined;
}

/** `autostart`: nobody has asked for it. */
export function processRequest(given: Command, chosen: Chosen, caller: Caller, autostart = false): ProcessRequest {
  const { command, env } = inEnvironment(given, chosen, caller);
  const { settings } = command;
  return {
    path: command.directory,
    id: chosen.id ?? command.id,
    owner: caller.name,
    labels: { ...settings.labels, ...chosen.labels },
    keep: chosen.keep ?? settings.keep ?? settings.autostart,
    readiness: declaredReadiness(settings.ready),
    autostart,
    spec: {
      display: command.display,
      command: command.command,
      args: command.args,
      shell: command.shell,
      cwd: command.cwd,
      env,
      timeoutMs: chosen.timeout_ms ?? settings.timeoutMs,
      restart: chosen.restart ?? settings.restart ?? 'never',
      tty: chosen.tty ?? settings.tty ?? false,
    },
  };
}

/** With `$NAME` expanded, where its file asks for it: what is shown stays as it is written there. */
function inEnvironment(command: Command, chosen: Chosen, caller: Caller) {
  const { variables, ready } = command.settings;
  if (variables === null) return { command, env: { ...caller.env, ...command.env, ...chosen.env } };
  const outer = { ...variables, ...caller.env };
  const own = Object.entries(command.env).map(([name, text]) => [name, expandVariables(text, outer)]);
  const env: Record<string, string> = { ...outer, ...Object.fromEntries(own), ...chosen.env };
  const expanded = (text: string): string => expandVariables(text, env);
  const settings = { ...command.settings, ready: readyIn(ready, expanded) };
  const { args, cwd } = command;
  const said = { command: expanded(command.command), args: args.map(expanded), cwd: expanded(cwd) };
  return { command: { ...command, ...said, settings }, env };
}

function readyIn(ready: Readiness | null, expanded: (text: string) => string): Readiness | null {
  if (ready === null || typeof ready === 'string') return ready;
  const entries = Object.entries(ready).map(([name, of]) => [name, typeof of === 'string' ? expanded(of) : of]);
  const inPlace: typeof ready = Object.fromEntries(entries);
  if (inPlace.http === undefined || isHttpUrl(inPlace.http)) return inPlace;
  throw new Fault(
    'invalid_argument',
    `${JSON.stringify(ready.http)} of its readiness is ${JSON.stringify(inPlace.http)}, which is no http(s) URL`,
    'Set what it names in the environment, or give wait_for.',
    { parameter: 'wait_for' },
  );
}

/** Started unless it is live; a port that the config leaves to us is found then, unless PORT is given. */
export async function startProcess(
  command: Command,
  request: ProcessRequest,
  { processes, ports }: Workbench,
  givenPort: string | undefined = command.env['PORT'],
): Promise<{ readonly process: ManagedProcess; readonly reused: boolean }> {
  const present = processes.get(request.path, request.id);
  const isLiveAlready = present !== null && isLive(present.state());
  if (command.settings.port !== 'auto' || givenPort !== undefined || isLiveAlready) return processes.run(request);
  const { spec } = request;
  const port = await ports.forScript(request.path, request.id);
  return processes.run({ ...request, spec: { ...spec, env: { ...spec.env, PORT: String(port) } } });
}

/** Null: as any server is ready. */
function declaredReadiness(ready: Readiness | null): Condition | null {
  if (ready === null || ready === 'ready') return null;
  if (typeof ready === 'string') return { kind: ready };
  const { text, regex, port, http, exec } = ready;
  if (text !== undefined) return { kind: 'text', text };
  if (regex !== undefined) return { kind: 'regex', regex };
  if (port !== undefined) return { kind: 'port', port };
  if (http !== undefined) return { kind: 'http', url: http };
  return exec === undefined ? null : { kind: 'exec', line: exec };
}

const READY_WITHIN_MS = 30_000;

/** How long becoming ready may take. */
export const readyWithinMs = ({ settings: { ready } }: Command): number =>
  (typeof ready === 'object' ? ready?.timeout_ms : undefined) ?? READY_WITHIN_MS;
