/** Proxies that the config file ties to a script: they start when it does. */

import type { ManagedProcess } from '../process/managed-process.ts';
import { serverAddress } from '../process/server-address.ts';
import type { ProxyPlan } from '../project/config-plan.ts';
import { configOf } from '../project/detect.ts';
import { Fault } from '../text/fault.ts';
import { plannedProxy, startProxy } from './proxy-start.ts';
import type { Call } from './tool.ts';
import type { Workbench } from './workbench.ts';

/** One that listens, or why it does not: the script runs all the same. */
export interface TiedProxy {
  readonly id: string;
  /** To be opened in the browser. */
  readonly url: string | null;
  readonly error: string | null;
}

/** `script`: its name in the config of the process's directory. */
export async function startTiedProxies(
  process: ManagedProcess,
  script: string,
  call: Pick<Call, 'signal' | 'progress'>,
  workbench: Workbench,
): Promise<TiedProxy[]> {
  const config = configOf(process.path);
  if (config === null || config.path !== process.path) return [];
  const tied = config.proxies.filter(({ process, autostart }) => process === script && autostart !== false);
  return Promise.all(
    tied.map(async (plan) => {
      const isNowhere = plan.target_url === undefined && serverAddress(process.facts) === null;
      return isNowhere
        ? withoutUrl(plan, process)
        : startPlanned(plan, config.path, process.request.keep, call, workbench);
    }),
  );
}

const withoutUrl = ({ id }: ProxyPlan, process: ManagedProcess): TiedProxy => ({
  id,
  url: null,
  error: `not_running: process_id=${process.id} does not serve yet. proxy start with id=${id} waits for one.`,
});

/** `keep`: it goes on when all clients have left, as its process does. */
export async function startPlanned(
  plan: ProxyPlan,
  path: string,
  keep: boolean,
  call: Pick<Call, 'signal' | 'progress'>,
  workbench: Workbench,
): Promise<TiedProxy> {
  try {
    const { proxy } = await startProxy(plannedProxy(plan, path, keep), call, workbench);
    return { id: plan.id, url: workbench.proxies.view(proxy).open_url, error: null };
  } catch (error) {
    return { id: plan.id, url: null, error: error instanceof Fault ? error.text : String(error) };
  }
}
