/** Process output as MCP resources: `devtool://process/{id}/output`, with updates while it grows. */

import type { ManagedProcess } from '../process/managed-process.ts';
import { Fault } from '../text/fault.ts';
import { showOutput } from './proc-output.ts';
import type { Caller } from './tool.ts';
import type { Workbench } from './workbench.ts';

const URI = /^devtool:\/\/process\/([^/?]+)\/output(?:\?path=([^&]+))?$/;

export const RESOURCE_TEMPLATES = [
  {
    name: 'process-output',
    title: 'Output of a process',
    uriTemplate: 'devtool://process/{id}/output',
    description: 'The last lines that a process has written, both streams in the order they arrived.',
    mimeType: 'text/plain',
  },
] as const;

/** Ids hold characters that an address must escape; another project's process names its directory. */
export function outputUri(process: ManagedProcess, cwd: string): string {
  const path = process.path === cwd ? '' : `?path=${encodeURIComponent(process.path)}`;
  return `devtool://process/${encodeURIComponent(process.id)}/output${path}`;
}

export function listResources(caller: Caller, { processes }: Workbench) {
  return processes.list(null, null).map((process) => ({
    uri: outputUri(process, caller.cwd),
    name: process.id,
    title: `Output of ${process.id}`,
    description: `${process.request.spec.display} in ${process.path}`,
    mimeType: 'text/plain',
  }));
}

/** Throws `not_found` for what is no address of ours, or of no process that there is. */
export async function readResource(uri: string, caller: Caller, workbench: Workbench) {
  const process = processOf(uri, caller, workbench);
  const shown = await showOutput(process, { ...PLAIN, tail: 200 }, workbench);
  return { uri, mimeType: 'text/plain', text: shown.kind === 'text' ? shown.text : JSON.stringify(shown.value) };
}

const PLAIN = {
  stream: 'combined',
  grep: undefined,
  grep_v: undefined,
  head: undefined,
  after: undefined,
  context: 0,
  raw: false,
  encoding: 'utf8',
  timestamps: false,
  reveal: false,
} as const;

function processOf(uri: string, caller: Caller, { processes }: Workbench): ManagedProcess {
  const [, id, path] = URI.exec(uri) ?? [];
  if (id === undefined) {
    throw new Fault('not_found', `resource ${JSON.stringify(uri.slice(0, 200))} is unknown`, 'See resources/list.', {});
  }
  return processes.resolve(decode(id), path === undefined ? caller.cwd : decode(path));
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Between two notices of one resource: a subscriber re-reads at each. */
const NOTICE_EVERY_MS = 500;

/** Tells `notify` of each resource that has changed, until the function returned is called. `wanted` says whether anybody listens. */
export function watchResources(
  caller: Caller,
  { processes }: Workbench,
  wanted: () => boolean,
  notify: (uri: string) => void,
): () => void {
  const end = new AbortController();
  const seen = new Map<ManagedProcess, string>();
  const look = () => {
    const all = processes.list(null, null);
    for (const process of seen.keys()) if (!all.includes(process)) seen.delete(process);
    for (const process of all) {
      const { stdout_bytes, stderr_bytes } = process.output.totals();
      const now = `${process.state()} ${stdout_bytes} ${stderr_bytes}`;
      if (seen.get(process) === now) continue;
      seen.set(process, now);
      notify(outputUri(process, caller.cwd));
    }
  };
  const run = async () => {
    while (!end.signal.aborted) {
      const ticket = processes.changes.ticket();
      if (wanted()) look();
      await processes.changes.next(ticket, 60_000, end.signal);
      await processes.changes.pause(NOTICE_EVERY_MS, end.signal);
    }
  };
  void run();
  return () => end.abort();
}
