/** A proxy that is to be started: as the caller says, and for the rest as the config file says under its id. */

import { checkId, defaultId } from '../process/process-id.ts';
import { serverAddress } from '../process/server-address.ts';
import type { ProxyPlan } from '../project/config-plan.ts';
import { configOf } from '../project/detect.ts';
import type { ManagedProxy, ProxyRequest } from '../proxy/managed-proxy.ts';
import { parseTarget } from '../proxy/target.ts';
import { Fault } from '../text/fault.ts';
import type { Call } from './tool.ts';
import type { Workbench } from './workbench.ts';

/** Undefined: as the config says, or by default. */
export interface ProxyValues {
  readonly id?: string | undefined;
  readonly target_url?: string | undefined;
  readonly process_id?: string | undefined;
  readonly port?: number | undefined;
  readonly bind_address?: string | undefined;
  readonly public_url?: string | undefined;
  readonly max_log_size?: number | undefined;
  readonly verify_tls?: boolean | undefined;
}

export interface WantedProxy extends ProxyValues {
  /** The directory that its id belongs to. */
  readonly path: string;
  /** Where it leads until its process has told a URL. */
  readonly until_url: string | undefined;
  /** Where its process has to be; undefined: as everywhere that a process is named. */
  readonly process_path: string | undefined;
  /** Goes on when all clients of the project have left. */
  readonly keep: boolean;
}

const READY_MS = 30_000;
const LOOPBACK = '127.0.0.1';
const LOG_SIZE = 1_000;

/** Throws `invalid_argument` for both of target and process. */
export function wantedProxy(given: ProxyValues, path: string): WantedProxy {
  if (given.target_url !== undefined && given.process_id !== undefined) {
    throw new Fault('invalid_argument', 'target_url and process_id are both given', 'Give one of them.', {
      parameter: 'process_id',
    });
  }
  const config = given.id === undefined ? null : configOf(path);
  const plan = config?.proxies.find(({ id }) => id === given.id);
  if (config === null || plan === undefined)
    return { ...given, path, until_url: undefined, process_path: undefined, keep: false };
  return { ...plannedProxy(plan, config.path, false), ...withoutUndefined(given), ...targetOf(given, plan) };
}

/** As the config alone says it. */
export const plannedProxy = (
  { process, target_url, ...plan }: ProxyPlan,
  path: string,
  keep: boolean,
): WantedProxy => ({
  ...plan,
  path,
  keep,
  process_id: process === undefined ? undefined : defaultId(process),
  target_url: process === undefined ? target_url : undefined,
  until_url: process === undefined ? undefined : target_url,
  process_path: path,
});

/** A target that the caller names is meant instead of the config's, whichever way that says it. */
function targetOf({ target_url, process_id }: ProxyValues, plan: ProxyPlan): Partial<WantedProxy> {
  if (target_url !== undefined) return { target_url, process_id: undefined, until_url: undefined };
  if (process_id === undefined) return {};
  return { process_id, target_url: undefined, until_url: plan.target_url, process_path: undefined };
}

const withoutUndefined = (given: ProxyValues): ProxyValues =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));

export async function startProxy(
  wanted: WantedProxy,
  call: Pick<Call, 'signal' | 'progress'>,
  workbench: Workbench,
): Promise<{ readonly proxy: ManagedProxy; readonly reused: boolean }> {
  return workbench.proxies.start(requestOf(wanted, await targetPlace(wanted, call, workbench)));
}

interface TargetPlace {
  readonly url: string;
  /** The directory that its process belongs to, or would. */
  readonly processPath: string;
}

/** What was given, or where the process is; one that does not serve yet is waited for as long as `run` would. */
async function targetPlace(
  { target_url, process_id, until_url, process_path, path }: WantedProxy,
  call: Pick<Call, 'signal' | 'progress'>,
  { processes }: Workbench,
): Promise<TargetPlace> {
  if (target_url !== undefined) return { url: target_url, processPath: path };
  if (process_id === undefined) {
    throw new Fault('invalid_argument', 'target_url is missing', 'proxy start takes target_url or process_id.', {
      parameter: 'target_url',
    });
  }
  if (until_url !== undefined) {
    return { url: processes.get(path, process_id)?.facts.urls[0] ?? until_url, processPath: path };
  }
  const process =
    process_path === undefined ? processes.resolve(process_id, path) : processes.get(process_path, process_id);
  if (process === null) {
    throw new Fault(
      'not_found',
      `process_id=${process_id} is not known in ${process_path}, whose config names it`,
      'Start it with run first, or give target_url.',
      { process_id },
    );
  }
  if (process.facts.urls.length === 0) {
    const options = { timeoutMs: READY_MS, signal: call.signal, progress: call.progress, after: null };
    await processes.wait(process, { kind: 'ready' }, options);
  }
  const url = serverAddress(process.facts);
  if (url !== null) return { url, processPath: process.path };
  throw new Fault(
    'not_running',
    `process_id=${process.id} is ${process.state()}, has named no URL and listens nowhere`,
    'Look at proc output, or give target_url.',
    { process_id: process.id, state: process.state() },
  );
}

function requestOf(wanted: WantedProxy, { url, processPath }: TargetPlace): ProxyRequest {
  const target = parseTarget(url);
  const { id, process_id } = wanted;
  return {
    id: checkId(id ?? process_id ?? defaultId(`${target.name.replace(/[.:]/g, '-')}-${target.port}`)),
    path: wanted.path,
    target: { url: target.origin, verifyTls: wanted.verify_tls ?? null },
    entry: target.entry,
    processId: process_id ?? null,
    processPath,
    port: wanted.port ?? null,
    bindAddress: wanted.bind_address ?? LOOPBACK,
    publicUrl: wanted.public_url ?? null,
    maxLogSize: wanted.max_log_size ?? LOG_SIZE,
    keep: wanted.keep,
  };
}
