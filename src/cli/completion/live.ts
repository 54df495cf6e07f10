/** Ids that exist right now, from the daemon if it runs: completion starts none, and waits for none. */
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { connectRunning } from '../connect.ts';
import { asRecords, asText, type Json } from '../record.ts';
import type { CliSession } from '../session.ts';
import { within } from '../within.ts';
import type { LiveKind } from './candidates.ts';

/** Somebody waits with the finger on the key. */
const ANSWER_WITHIN_MS = 700;

export async function liveNames(kind: LiveKind, path: string | null, begun: string): Promise<readonly string[]> {
  if (kind === 'directory') return directoriesFor(begun);
  try {
    return (await within(ANSWER_WITHIN_MS, namesFromDaemon(kind, path))) ?? [];
  } catch {
    // Nobody to ask is nothing to complete.
    return [];
  }
}

async function namesFromDaemon(kind: Exclude<LiveKind, 'directory'>, path: string | null): Promise<readonly string[]> {
  const reached = await connectRunning('onlooker');
  if (reached === null) return [];
  const { session } = reached;
  const where = path === null ? {} : { path: resolve(path) };
  if (kind === 'script') return names(await rows(session, 'detect', where, 'scripts'), 'name');
  const scope = { action: 'list', ...(path === null ? { global: true } : where) };
  if (kind === 'process') return names(await rows(session, 'proc', scope, 'processes'), 'process_id');
  const proxies = await rows(session, 'proxy', scope, 'proxies');
  if (kind === 'proxy') return names(proxies, 'id');
  const pages = proxies.map(({ id, path }) =>
    rows(session, 'currentpage', { action: 'list', proxy_id: id, path }, 'pages'),
  );
  return names((await Promise.all(pages)).flat(), 'id');
}

async function rows(session: CliSession, tool: string, parameters: Record<string, unknown>, list: string) {
  return asRecords((await session.call(tool, parameters)).data?.[list]);
}

const names = (found: readonly Json[], name: string): string[] => [...new Set(found.map((row) => asText(row[name])))];

/** Directories that the path so far may go on with. */
function directoriesFor(begun: string): string[] {
  const above = begun.slice(0, begun.lastIndexOf('/') + 1);
  try {
    return readdirSync(resolve(above), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => `${above}${name}/`);
  } catch {
    return [];
  }
}
