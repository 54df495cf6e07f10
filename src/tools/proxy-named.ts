/** The proxy that a call is about: by its id, or the only one of the project. */
import type { ManagedProxy } from '../proxy/managed-proxy.ts';
import { Fault } from '../text/fault.ts';
import { knownPath } from './project-path.ts';
import type { Call } from './tool.ts';
import type { Workbench } from './workbench.ts';

/** `parameter`: what the tool calls the id. */
export async function oneProxy(
  id: string | undefined,
  path: string | undefined,
  call: Call,
  workbench: Workbench,
  parameter = 'proxy_id',
): Promise<ManagedProxy> {
  const directory = await knownPath(path, call.caller, workbench);
  const { proxies } = workbench;
  if (id !== undefined) return proxies.resolve(id, directory);
  const here = proxies.list(directory);
  const [only] = here;
  if (only !== undefined && here.length === 1) return only;
  const names = here.map((proxy) => proxy.id);
  throw new Fault(
    'invalid_argument',
    `${parameter} is missing`,
    names.length === 0 ? 'No proxy runs here: proxy start.' : `Proxies here: ${names.join(', ')}.`,
    { parameter },
  );
}
