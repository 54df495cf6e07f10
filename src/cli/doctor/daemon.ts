/** The daemon, from its owner file to its threads. */
import { lstatSync } from 'node:fs';
import { type Reached, reachDaemon } from '../../front/connect.ts';
import { isNewer } from '../../home/hello.ts';
import type { Home } from '../../home/home.ts';
import { procStat } from '../../home/process-start.ts';
import { asRecords, isRecord, type Json } from '../record.ts';
import { type CliSession, openSession } from '../session.ts';
import { hello } from '../surroundings.ts';
import { within } from '../within.ts';
import { broken, type Check, ok, warning } from './check.ts';

/** Who does not answer for so long is not there for anybody. */
export const ANSWER_WITHIN_MS = 5_000;

export interface DaemonFound {
  readonly checks: readonly Check[];
  readonly epoch: number;
  /** Null when none can be spoken with. */
  readonly session: CliSession | null;
}

export async function daemonChecks(home: Home): Promise<DaemonFound> {
  const reached = await reach(home);
  if ('verdict' in reached) return { checks: [reached], epoch: 0, session: null };
  if (reached.kind === 'none')
    return { checks: [ok('daemon', 'none runs: the next command starts one')], epoch: 0, session: null };
  if (reached.kind === 'silent')
    return {
      checks: [silentCheck(reached, stateOf(reached.pid)), socketCheck(home.socketPath(reached.epoch))],
      epoch: reached.epoch,
      session: null,
    };
  const { version, pid, epoch } = reached.daemon;
  const opened = openSession(reached.socket, __VERSION__);
  const session = await within(ANSWER_WITHIN_MS, opened);
  if (session === null) {
    reached.socket.destroy();
    opened.catch(() => {});
    return { checks: [mute(pid, 'initialize')], epoch, session: null };
  }
  const checks = [
    versionCheck(version, pid),
    socketCheck(home.socketPath(epoch)),
    ...(await threadChecks(session, pid)),
  ];
  return { checks, epoch, session };
}

async function reach(home: Home): Promise<Reached | Check> {
  try {
    return await reachDaemon(home, hello('onlooker'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return broken('daemon', why, 'Mend the runtime directory, as it says above.');
  }
}

export function versionCheck(version: string, pid: number): Check {
  const found = `version ${version} runs as pid ${pid}`;
  if (version === __VERSION__) return ok('daemon', found);
  const than = isNewer(__VERSION__, version) ? 'older' : 'newer';
  return warning('daemon', `${found}, ${than} than this command, ${__VERSION__}`, 'devtool-mcp daemon restart');
}

/** `state` as in proc_pid_stat(5); null where it is not known. */
export function silentCheck({ pid }: { readonly pid: number }, state: string | null): Check {
  const end = `kill -9 ${pid}, which ends what it runs too; the next command starts a new one.`;
  if (state === 'T' || state === 't')
    return broken(
      'daemon',
      `pid ${pid} does not answer: it is stopped`,
      `Let it go on: kill -CONT ${pid}. Or end it: ${end}`,
    );
  return broken('daemon', `pid ${pid} does not answer`, `Look into its log; if it stays so: ${end}`);
}

function stateOf(pid: number): string | null {
  try {
    return procStat(pid)?.[0] ?? null;
  } catch {
    return null;
  }
}

const mute = (pid: number, what: string): Check =>
  broken(
    'daemon',
    `pid ${pid} does not answer ${what} within ${ANSWER_WITHIN_MS} ms`,
    `If it stays so: kill -9 ${pid}.`,
  );

function socketCheck(path: string): Check {
  if (path.startsWith('\\\\')) return ok('socket', path);
  const stats = lstatSync(path, { throwIfNoEntry: false });
  const again = 'devtool-mcp daemon restart, or end the daemon by its pid.';
  if (stats === undefined)
    return broken('socket', `${path} is gone`, `Somebody has removed it, and the daemon has not put it back: ${again}`);
  if (!stats.isSocket()) return broken('socket', `${path} is no socket`, `Remove it, then ${again}`);
  const mode = (stats.mode & 0o777).toString(8).padStart(4, '0');
  if ((stats.mode & 0o077) !== 0)
    return warning('socket', `${path} has mode ${mode}: others may connect`, `chmod 600 ${path}`);
  return ok('socket', `${path}, mode ${mode}`);
}

async function threadChecks(session: CliSession, pid: number): Promise<Check[]> {
  const answer = await within(ANSWER_WITHIN_MS, session.call('daemon', { action: 'info' }));
  if (answer?.data == null) return [mute(pid, 'daemon info')];
  const { health, upgrade_available, log_path } = answer.data;
  const times = isRecord(health) ? health : {};
  return [
    threadCheck('process worker', times['process_worker_ms'], String(log_path)),
    threadCheck('pattern worker', times['pattern_worker_ms'], String(log_path)),
    ...(typeof upgrade_available === 'string'
      ? [warning('upgrade', `version ${upgrade_available} was there`, 'devtool-mcp daemon restart, when nothing runs.')]
      : []),
    ...startChecks(answer.data),
  ];
}

const threadCheck = (hop: string, ms: unknown, log: string): Check =>
  typeof ms === 'number'
    ? ok(hop, `answers in ${ms} ms`)
    : broken(hop, 'does not answer', `devtool-mcp daemon restart; its log is ${log}.`);

/** What an earlier daemon left, as this one has found it, and what it could not do at its start. */
export function startChecks({ recovered, state_ignored, http, autostart }: Json): Check[] {
  const left = asRecords(recovered).filter(({ alive }) => alive === true);
  const reports = asRecords(autostart).flatMap(({ path, scripts, proxies }) =>
    [...asRecords(scripts), ...asRecords(proxies)].map((one) => ({ ...one, path })),
  );
  return [
    ...left.map(({ process_id, path, pid, command }) =>
      warning('leftover', `${process_id} of ${path}, pid ${pid}, outlived its daemon: ${command}`, `kill ${pid}`),
    ),
    ...(typeof state_ignored === 'string'
      ? [
          warning(
            'state file',
            `that of an earlier daemon is not used: ${state_ignored}`,
            'It is written anew; nothing to mend.',
          ),
        ]
      : []),
    ...(isRecord(http) && typeof http['error'] === 'string'
      ? [warning('http', `is not served: ${http['error']}`, 'Mend that, then devtool-mcp daemon restart.')]
      : []),
    ...reports
      .filter(({ error }: Json) => typeof error === 'string')
      .map(({ name, id, error, path }: Json) =>
        warning(`autostart ${name ?? id}`, `in ${path}: ${error}`, `devtool-mcp detect path=${path} shows its config.`),
      ),
  ];
}
