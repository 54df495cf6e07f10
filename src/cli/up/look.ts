/** What there is of a project at the daemon: processes, proxies, errors, and what was written since the last look. */
import { sep } from 'node:path';
import { asList, asRecords, asText, isRecord, type Json } from '../record.ts';
import type { CliSession } from '../session.ts';

export interface OutputLine {
  readonly id: string;
  readonly text: string;
}

export interface Look {
  readonly processes: readonly Json[];
  readonly proxies: readonly Json[];
  readonly errors: { readonly total: number; readonly lines: readonly string[] };
  readonly lines: readonly OutputLine[];
  readonly daemonBytes: number | null;
}

/** Where the output of one process has been read to. */
interface Read {
  readonly cursor: number;
  readonly bytes: number;
}

const MOST_ERRORS = 50;
const MOST_LINES = 1_000;
const DAEMON_EVERY_LOOKS = 10;

export function createLooker(session: CliSession, path: string): () => Promise<Look> {
  const read = new Map<string, Read>();
  let looks = 0;
  let daemonBytes: number | null = null;
  const isWithin = ({ path: where }: Json): boolean => where === path || asText(where).startsWith(path + sep);
  const list = async (tool: string, name: string): Promise<readonly Json[]> => {
    const { data } = await session.call(tool, { action: 'list', global: true });
    return asRecords(data?.[name]).filter(isWithin);
  };

  async function linesOf(process: Json): Promise<readonly OutputLine[]> {
    const { process_id, path } = process;
    const key = JSON.stringify([path, process_id]);
    const bytes = bytesOf(process);
    const before = read.get(key) ?? { cursor: 0, bytes: 0 };
    if (bytes === before.bytes) return [];
    // A new process in the place of one that has ended begins anew.
    const after = bytes < before.bytes ? 0 : before.cursor;
    const answer = await session.call('proc', { action: 'output', process_id, path, after, tail: MOST_LINES });
    if (answer.isError) return [];
    read.set(key, { cursor: Number(answer.facts['cursor'] ?? after), bytes });
    return textLines(answer.text).map((text) => ({ id: asText(process_id), text }));
  }

  return async () => {
    const [processes, proxies, errors] = await Promise.all([
      list('proc', 'processes'),
      list('proxy', 'proxies'),
      session.call('errors', { path, limit: MOST_ERRORS }),
    ]);
    if (looks % DAEMON_EVERY_LOOKS === 0) daemonBytes = await memoryOfDaemon(session);
    looks += 1;
    return {
      processes,
      proxies,
      errors: { total: Number(errors.facts['total'] ?? 0), lines: errors.isError ? [] : textLines(errors.text) },
      lines: (await Promise.all(processes.map(linesOf))).flat(),
      daemonBytes,
    };
  };
}

async function memoryOfDaemon(session: CliSession): Promise<number | null> {
  const { data } = await session.call('daemon', { action: 'info' });
  const memory = data?.['memory'];
  return isRecord(memory) ? Number(memory['rss_bytes']) : null;
}

/** Without the line that closes a text result. */
const textLines = (text: string): string[] => text.split('\n').slice(0, -1);

function bytesOf({ output }: Json): number {
  return isRecord(output) ? Number(output['stdout_bytes']) + Number(output['stderr_bytes']) : 0;
}

export const firstUrl = ({ urls }: Json): string | null => asList(urls).map(String)[0] ?? null;

const LIVE: ReadonlySet<unknown> = new Set(['pending', 'starting', 'running', 'stopping']);
export const isLive = ({ state }: Json): boolean => LIVE.has(state);
