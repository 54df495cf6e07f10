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
  const found = resourceAt(uri, caller, workbench);
  return { uri, mimeType: found.mimeType, text: await found.read() };
}

function resourceAt(uri: string, caller: Caller, workbench: Workbench): Resource {
  for (const kind of KINDS) {
    const found = kind.find(uri, caller, workbench);
    if (found !== null) return found;
  }
  throw new Fault('not_found', `resource ${JSON.stringify(uri.slice(0, 200))} is unknown`, 'See resources/list.', {});
}

const all = (caller: Caller, workbench: Workbench): Resource[] => KINDS.flatMap((kind) => kind.list(caller, workbench));

/** Between two notices of one resource: a subscriber re-reads at each. */
const NOTICE_EVERY_MS = 500;
const IDLE_MS = 60_000;

/**
 * Tells `notify` of each resource that has changed, until the function returned is called, by the address that it was `asked` for;
 * null: nobody watches. `takes` says whether the listener takes what it is told: what has changed meanwhile is told when it does.
 */
export function watchResources(
  caller: Caller,
  workbench: Workbench,
  asked: () => ReadonlySet<string> | null,
  takes: () => boolean,
  notify: (uri: string) => void,
): () => void {
  const { changes } = workbench.processes;
  const end = new AbortController();
  let seen = new Map<string, string>();
  const look = (uris: ReadonlySet<string>) => {
    const now = new Map([...uris].map((uri) => [uri, stampAt(uri, caller, workbench)]));
    for (const [uri, stamp] of now) if ((seen.get(uri) ?? NOWHERE) !== stamp) notify(uri);
    seen = now;
  };
  const isWanted = () => asked() !== null;
  const run = async () => {
    while (!end.signal.aborted) {
      const ticket = changes.ticket();
      if (takes()) look(asked() ?? NONE);
      // Processes announce what is new; of proxies only the counters tell.
      const isBusy = isWanted() && (!takes() || workbench.proxies.list(null).length > 0);
      await changes.next(ticket, isBusy ? NOTICE_EVERY_MS : IDLE_MS, end.signal, isWanted);
      await changes.pause(NOTICE_EVERY_MS, end.signal);
    }
  };
  void run();
  return () => end.abort();
}

const NONE: ReadonlySet<string> = new Set();
/** Of what is not there. */
const NOWHERE = '';

function stampAt(uri: string, caller: Caller, workbench: Workbench): string {
  try {
    return resourceAt(uri, caller, workbench).stamp;
  } catch (error) {
    if (error instanceof Fault) return NOWHERE;
    throw error;
  }
}
