/** `devtool://proxy/{id}/log`: what last passed through a proxy, and what its pages told. */
import type { ManagedProxy } from '../proxy/managed-proxy.ts';
import { newestOf } from './proxylog.ts';
import { addressOf, partsOf, type Resource, type ResourceKind } from './resource.ts';
import type { Workbench } from './workbench.ts';

const URI = /^devtool:\/\/proxy\/([^/?]+)\/log(?:\?path=([^&]+))?$/;
const LAST_ENTRIES = 200;

export const LOGS: ResourceKind = {
  template: {
    name: 'proxy-log',
    title: 'Log of a proxy',
    uriTemplate: 'devtool://proxy/{id}/log',
    description: 'The last requests, messages, errors and console lines of a proxy, a line each.',
    mimeType: 'text/plain',
  },
  list: ({ cwd }, workbench) => workbench.proxies.list(null).map((proxy) => logOf(proxy, cwd, workbench)),
  find(uri, { cwd }, workbench) {
    const match = URI.exec(uri);
    if (match === null) return null;
    const { id, path } = partsOf(match, cwd);
    return logOf(workbench.proxies.resolve(id, path), cwd, workbench);
  },
};

function logOf(proxy: ManagedProxy, cwd: string, workbench: Workbench): Resource {
  return {
    uri: addressOf('proxy', proxy.id, '/log', proxy.path, cwd),
    name: proxy.id,
    title: `Log of ${proxy.id}`,
    description: `${proxy.target.url} in ${proxy.path}`,
    mimeType: 'text/plain',
    stamp: [proxy.startedAt, proxy.log.stamp(), proxy.pageLog.stamp()].join(),
    read: () => newestOf(proxy, LAST_ENTRIES, workbench),
  };
}
