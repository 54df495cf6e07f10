/** MCP resources: output of processes, logs of proxies, open pages, events; each with updates while it changes. */
import { Fault } from '../text/fault.ts';
import { EVENTS } from './events-resource.ts';
import { PAGES } from './page-resource.ts';
import { OUTPUTS } from './process-resource.ts';
import { LOGS } from './proxy-resource.ts';
import type { Resource, ResourceKind } from './resource.ts';
import type { Caller } from './tool.ts';
import type { Workbench } from './workbench.ts';

const KINDS: readonly ResourceKind[] = [OUTPUTS, LOGS, PAGES, EVENTS];

export const RESOURCE_TEMPLATES = KINDS.map(({ template }) => template);

export function listResources(caller: Caller, workbench: Workbench) {
  return all(caller, workbench).map(({ uri, name, title, description, mimeType }) => ({
    uri,
    name,
    title,
    description,
    mimeType,
  }));
}

/** Throws `not_found` for what is no address of ours, or of nothing that there is. */
export async function readResource(uri: string, caller: Caller, workbench: Workbench) {
  for (const kind of KINDS) {
    const found = kind.find(uri, caller, workbench);
    if (found !== null) return { uri, mimeType: found.mimeType, text: await found.read() };
  }
  throw new Fault('not_found', `resource ${JSON.stringify(uri.slice(0, 200))} is unknown`, 'See resources/list.', {});
}

const all = (caller: Caller, workbench: Workbench): Resource[] => KINDS.flatMap((kind) => kind.list(caller, workbench));

/** Between two notices of one resource: a subscriber re-reads at each. */
const NOTICE_EVERY_MS = 500;
const IDLE_MS = 60_000;

/**
 * Tells `notify` of each resource that has changed, until the function returned is called. `wanted` says whether anybody listens, `takes`
 * whether it takes what it is told: what has changed meanwhile is told when it does.
 */
export function watchResources(
  caller: Caller,
  workbench: Workbench,
  wanted: () => boolean,
  takes: () => boolean,
  notify: (uri: string) => void,
): () => void {
  const { changes } = workbench.processes;
  const end = new AbortController();
  let seen = new Map<string, string>();
  const look = () => {
    const now = new Map(all(caller, workbench).map(({ uri, stamp }) => [uri, stamp]));
    for (const [uri, stamp] of now) if (seen.get(uri) !== stamp) notify(uri);
    seen = now;
  };
  const run = async () => {
    while (!end.signal.aborted) {
      const ticket = changes.ticket();
      if (wanted() && takes()) look();
      // Processes announce what is new; of proxies only the counters tell.
      const isBusy = wanted() && (!takes() || workbench.proxies.list(null).length > 0);
      await changes.next(ticket, isBusy ? NOTICE_EVERY_MS : IDLE_MS, end.signal, wanted);
      await changes.pause(NOTICE_EVERY_MS, end.signal);
    }
  };
  void run();
  return () => end.abort();
}
