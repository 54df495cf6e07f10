/** What the daemon runs: processes and the ports that they listen on, proxies with their targets, pages. */
import { get } from 'node:http';
import { createConnection } from 'node:net';
import { sep } from 'node:path';
import { asList, asRecords, asText, type Json } from '../record.ts';
import type { CliSession } from '../session.ts';
import { within } from '../within.ts';
import { broken, type Check, ok, warning } from './check.ts';
import { ANSWER_WITHIN_MS } from './daemon.ts';

const CONNECT_WITHIN_MS = 2_000;
const MOST_SHOWN = 20;

/** `cwd`: what is wrong with other projects than the one there is told, and is no fault of this one. */
export async function runningChecks(session: CliSession, cwd: string): Promise<Check[]> {
  const [processes, proxies] = await Promise.all([
    listOf(session, 'proc', 'processes'),
    listOf(session, 'proxy', 'proxies'),
  ]);
  const checks = await Promise.all([
    ...processes.slice(-MOST_SHOWN).map((process) => processCheck(process).then(asSeenFrom(cwd, process))),
    ...proxies
      .slice(-MOST_SHOWN)
      .flatMap((proxy) => [proxyCheck(proxy).then(asSeenFrom(cwd, proxy)), pageCheck(proxy, session)]),
  ]);
  return checks.length === 0 ? [ok('processes', 'nothing runs')] : checks;
}

const asSeenFrom =
  (cwd: string, { path }: Json) =>
  (check: Check): Check =>
    check.verdict !== 'broken' || isSameProject(cwd, asText(path))
      ? check
      : { ...check, verdict: 'warning', found: `${check.found}, in ${path}` };

/** One is the other, or above it. */
function isSameProject(cwd: string, path: string): boolean {
  const [inner, outer] = cwd.length > path.length ? [cwd, path] : [path, cwd];
  return inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : outer + sep);
}

async function listOf(session: CliSession, tool: string, name: string): Promise<readonly Json[]> {
  const answer = await within(ANSWER_WITHIN_MS, session.call(tool, { action: 'list', global: true }));
  return asRecords(answer?.data?.[name]);
}

async function processCheck(process: Json): Promise<Check> {
  const { process_id, path, state, exit_code, signal, pid } = process;
  const hop = `process ${process_id}`;
  if (state === 'failed') {
    const how = signal === null ? `exit code ${exit_code}` : String(signal);
    return warning(
      hop,
      `has failed, ${how}, in ${path}`,
      `devtool-mcp proc output process_id=${process_id} path=${path}`,
    );
  }
  const ports = asList(process['ports']).map(Number);
  const knocks = await Promise.all(ports.map(knock));
  const those = (found: Knock) => ports.filter((_, at) => knocks[at] === found).join(', ');
  const deaf = those('deaf');
  const elsewhere = those('refused');
  const restart = `devtool-mcp proc restart process_id=${process_id} path=${path}`;
  if (deaf !== '') return broken(hop, `pid ${pid} does not take connections on port ${deaf}`, restart);
  if (elsewhere !== '')
    return warning(
      hop,
      `pid ${pid} listens on port ${elsewhere}, but not on localhost`,
      'Where a browser or a proxy is to reach it, have it listen on localhost.',
    );
  return ok(
    hop,
    [state === 'running' ? `running, pid ${pid}` : String(state), ...ports.map((port) => `port ${port}`)].join(', '),
  );
}

/** `deaf`: who listens and does not accept is as good as gone. `refused`: it listens on another address, or has just ended. */
type Knock = 'open' | 'deaf' | 'refused';

/** On either family. */
function knock(port: number): Promise<Knock> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: 'localhost' });
    const done = (found: Knock) => {
      socket.destroy();
      resolve(found);
    };
    socket.setTimeout(CONNECT_WITHIN_MS, () => done('deaf'));
    socket.on('connect', () => done('open')).on('error', () => done('refused'));
  });
}

async function proxyCheck({ id, path, url, target_url, state, last_error }: Json): Promise<Check> {
  const hop = `proxy ${id}`;
  const restart = `devtool-mcp proxy restart id=${id} path=${path}`;
  if (state !== 'running') return broken(hop, `is ${state}: ${last_error ?? 'no error was told'}`, restart);
  const target = await targetOf(asText(url));
  if (target === null) return broken(hop, `${url} does not answer`, restart);
  if (target === 'down')
    return broken(
      hop,
      `${url} listens, its target ${target_url} cannot be reached`,
      'Start the server behind it, or see proc list.',
    );
  return ok(hop, `${url} → ${target_url}`);
}

/** What the proxy says of its target; null when it says nothing. */
function targetOf(url: string): Promise<string | null> {
  return new Promise((resolve) => {
    const request = get(new URL('/__devtool/health', url), { timeout: ANSWER_WITHIN_MS }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
      });
      response.on('end', () => resolve(/"target":"(\w+)"/.exec(body)?.[1] ?? null));
      response.on('error', () => resolve(null));
    });
    request.on('timeout', () => request.destroy()).on('error', () => resolve(null));
  });
}

async function pageCheck({ id, path, url }: Json, session: CliSession): Promise<Check> {
  const hop = `pages ${id}`;
  const answer = await within(ANSWER_WITHIN_MS, session.call('currentpage', { action: 'list', proxy_id: id, path }));
  if (answer === null || answer.isError)
    return warning(hop, `are not told: ${answer?.text ?? 'no answer'}`, 'Try again.');
  const pages = asRecords(answer.data?.['pages']);
  const active = pages.filter(({ active }) => active === true);
  if (active.length === 0) return ok(hop, `none is open; open ${url} in a browser`);
  const last = active
    .map(({ last_activity }) => asText(last_activity))
    .sort()
    .at(-1);
  return ok(hop, `${active.length} connected, last heard at ${last}`);
}
