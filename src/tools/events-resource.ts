/** `devtool://events`: what comes about, with a cursor; its updates are what `devtool-mcp watch` waits for. */
import { Fault } from '../text/fault.ts';
import { shown } from './arguments.ts';
import { asKinds, type EventQuery, eventsOf } from './events.ts';
import type { Resource, ResourceKind } from './resource.ts';
import type { Caller } from './tool.ts';
import { spanOf } from './when.ts';
import type { Workbench } from './workbench.ts';

const URI = 'devtool://events';
const PARAMETERS = ['path', 'global', 'process_id', 'proxy_id', 'kinds', 'since', 'after'];

export const EVENTS: ResourceKind = {
  template: {
    name: 'events',
    title: 'Events',
    uriTemplate: `${URI}{?${PARAMETERS.join(',')}}`,
    description:
      'What comes about here and below: crash, ready, restart, ended, output (errors), page (errors), 5xx, slow; by kinds also started, 4xx. {cursor, dropped, events}: give the cursor as after.',
    mimeType: 'application/json',
  },
  list: (caller, workbench) => [events(URI, caller, workbench), events(`${URI}?global=true`, caller, workbench)],
  find(uri, caller, workbench) {
    if (uri !== URI && !uri.startsWith(`${URI}?`)) return null;
    queryOf(uri, caller, workbench);
    return events(uri, caller, workbench);
  },
};

function events(uri: string, caller: Caller, workbench: Workbench): Resource {
  return {
    uri,
    name: 'events',
    title: uri === URI ? 'Events of this project' : 'Events of all projects',
    description: uri === URI ? `In ${caller.cwd} and below` : 'Wherever something runs',
    mimeType: 'application/json',
    stamp: stampOf(workbench),
    read: async () => JSON.stringify(await eventsOf(queryOf(uri, caller, workbench), workbench)),
  };
}

const stampOf = ({ news, processes, proxies }: Workbench): string =>
  [
    news.total,
    ...processes.list(null, null).map(({ output }) => output.totals().stdout_bytes + output.totals().stderr_bytes),
    ...proxies.list(null).map(({ log, pageLog }) => `${log.stamp()} ${pageLog.stamp()}`),
  ].join();

/** Without `since` and `after` the answer has nothing but the cursor from which on everything is new. */
function queryOf(uri: string, { cwd }: Caller, workbench: Workbench): EventQuery {
  const given = new URLSearchParams(uri.slice(URI.length));
  const unknown = [...given.keys()].find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined)
    throw new Fault(
      'invalid_argument',
      `${unknown.slice(0, 80)} is unknown for ${URI}`,
      `Use: ${PARAMETERS.join(', ')}.`,
    );
  const [kinds, since, after] = ['kinds', 'since', 'after'].map((name) => given.get(name));
  return {
    path: given.get('global') === 'true' ? null : (given.get('path') ?? cwd),
    process_id: given.get('process_id'),
    proxy_id: given.get('proxy_id'),
    kinds: kinds == null ? null : asKinds(kinds.split(',').filter((kind) => kind !== '')),
    after:
      after == null
        ? startOf(since ?? undefined, workbench)
        : workbench.cursors.placeOf(cursorIn(after), Math.ceil(workbench.proxies.now())),
  };
}

function cursorIn(after: string): number {
  if (/^\d{1,16}$/.test(after)) return Number(after);
  throw new Fault('invalid_argument', `after=${shown(after)} is no cursor`, 'Give the cursor of the answer before.');
}

function startOf(since: string | undefined, { proxies, iso }: Workbench): number {
  const now = proxies.now();
  return since === undefined ? now : spanOf({ since }, { now, iso }).from;
}
