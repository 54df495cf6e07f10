/**
 * Scripts and proxies that a project's config wants running whenever somebody works there. They are started once for each time that
 * the project is attended, from its first client until some time after its last: what a person has stopped meanwhile stays stopped.
 */
import { isLive } from '../process/machine.ts';
import type { ConfigPlan } from '../project/config-plan.ts';
import { configOf } from '../project/detect.ts';
import { Fault } from '../text/fault.ts';
import { startWithDependencies } from './dependencies.ts';
import { processRequest, readyWithinMs } from './process-request.ts';
import { startPlanned, startTiedProxies, type TiedProxy } from './proxies-of-script.ts';
import { ofScript } from './run-command.ts';
import type { Call, Caller } from './tool.ts';
import type { AutostartReport, Workbench } from './workbench.ts';

/** What the next daemon is to start again. */
export interface AutostartRecord {
  readonly path: string;
  readonly scripts: readonly string[];
}

export interface Autostart {
  /** A client begins to work in `directory`. Returns at once, and never throws: a broken config holds nobody up. */
  attended(directory: string, owner: Owner): void;
  /** What an earlier daemon ran, and nothing else of those projects, until they are attended anew. What comes meanwhile waits for `when`. */
  restore(records: readonly AutostartRecord[], owner: Owner, when: Promise<void>): void;
  /** Projects that are attended. */
  paths(): readonly string[];
  /** Nobody has worked there for so long that the next client begins anew. */
  abandoned(path: string): void;
  records(): readonly AutostartRecord[];
  report(): readonly AutostartReport[];
}

/** For whom it is started, and with which environment. */
type Owner = Pick<Caller, 'env' | 'name'>;

interface Attendance {
  readonly path: string;
  /** By name; null while it is on its way. */
  readonly scripts: Map<string, { readonly id: string; readonly error: string | null } | null>;
  readonly proxies: Map<string, TiedProxy>;
}

/** Projects attended at a time; more are served as ever, without an autostart of theirs. */
const MOST_PROJECTS = 200;
const OFF = new Set(['0', 'false', 'no', 'off']);

export function createAutostart(workbench: () => Workbench, signal: AbortSignal): Autostart {
  const attendances = new Map<string, Attendance>();
  let restored: Promise<void> = Promise.resolve();

  function begin(config: ConfigPlan, names: readonly string[], owner: Owner): void {
    const attendance: Attendance = { path: config.path, scripts: new Map(), proxies: new Map() };
    attendances.set(config.path, attendance);
    const caller: Caller = { ...owner, cwd: config.path, attend: () => {} };
    const call: Call = { caller, signal, progress: null };
    for (const name of names) {
      attendance.scripts.set(name, null);
      void startScript(name, attendance, call);
    }
    for (const plan of config.proxies) {
      if (plan.process === undefined && plan.autostart !== false)
        void startPlanned(plan, config.path, true, call, workbench()).then((tied) =>
          attendance.proxies.set(plan.id, tied),
        );
    }
  }

  async function startScript(name: string, attendance: Attendance, call: Call): Promise<void> {
    let id = name;
    try {
      const command = ofScript(name, [], attendance.path);
      id = command.id;
      const request = processRequest(command, {}, call.caller, true);
      const given = { port: command.env['PORT'], autostart: true };
      const { process } = await startWithDependencies(command, request, call, workbench(), given);
      attendance.scripts.set(name, { id, error: null });
      const wait = { timeoutMs: readyWithinMs(command), signal, progress: call.progress, after: null };
      await workbench().processes.wait(process, { kind: 'ready' }, wait);
      if (!isLive(process.state())) return;
      for (const tied of await startTiedProxies(process, name, call, workbench()))
        attendance.proxies.set(tied.id, tied);
    } catch (error) {
      const text = error instanceof Fault ? error.text : String(error);
      if (attendance.scripts.get(name) === null) attendance.scripts.set(name, { id, error: text });
      workbench().log(`autostart of ${name} in ${attendance.path}: ${text}`);
    }
  }

  /** Whether it is to run: it is on its way, or has not been stopped or removed by hand. */
  function isWanted(path: string, started: { readonly id: string } | null): boolean {
    if (started === null) return true;
    const process = workbench().processes.get(path, started.id);
    if (process === null) return false;
    const { endedBy } = process.snapshot();
    return isLive(process.state()) || !(endedBy === 'stop' || endedBy === 'forced_stop');
  }

  function attend(directory: string, owner: Owner): void {
    if (OFF.has(owner.env['DEVTOOL_MCP_AUTOSTART'] ?? '') || attendances.size >= MOST_PROJECTS) return;
    try {
      const config = configOf(directory);
      if (config === null || attendances.has(config.path)) return;
      const names = config.scripts.filter(({ settings }) => settings.autostart).map(({ name }) => name);
      begin(config, names, owner);
    } catch (error) {
      workbench().log(`autostart in ${directory}: ${String(error)}`);
    }
  }

  function goOn({ path, scripts }: AutostartRecord, owner: Owner): void {
    const config = configOf(path);
    if (config !== null && config.path === path && !attendances.has(path)) begin(config, scripts, owner);
  }

  return {
    attended: (directory, owner) => void restored.then(() => attend(directory, owner)),
    restore(records, owner, when) {
      restored = when.then(() => {
        for (const record of records) goOn(record, owner);
      });
    },
    paths: () => [...attendances.keys()],
    abandoned: (path) => void attendances.delete(path),
    records: () =>
      [...attendances.values()].map(({ path, scripts }) => ({
        path,
        scripts: [...scripts].flatMap(([name, started]) => (isWanted(path, started) ? [name] : [])),
      })),
    report: () =>
      [...attendances.values()].map(({ path, scripts, proxies }) => ({
        path,
        scripts: [...scripts].map(([name, started]) => ({
          name,
          started: started !== null && started.error === null,
          error: started?.error ?? null,
        })),
        proxies: [...proxies.values()],
      })),
  };
}
