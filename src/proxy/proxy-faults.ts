/** What a manager of proxies has to refuse, in the reader's words. */
import { Fault } from '../text/fault.ts';
import { nearNames } from '../text/near.ts';
import type { ListenFault } from './spec.ts';

export interface PortHolder {
  readonly pid: number;
  readonly command: string;
}

export function portInUse(id: string, port: number, holders: readonly PortHolder[]): Fault {
  const names = holders.map(({ pid, command }) => `pid=${pid} (${command})`).join(', ');
  const message = `port=${port} is taken${names === '' ? '' : ` by ${names}`}`;
  const hint = 'Leave port out to get a free one, or free it with proc cleanup_port.';
  return new Fault('port_in_use', message, hint, { id, port, holders });
}

export const blockedPort = (port: number): Fault =>
  new Fault(
    'invalid_argument',
    `port=${port} is one that browsers refuse to open`,
    'Leave port out, or name another.',
    {
      parameter: 'port',
      port,
    },
  );

export const cannotListen = (id: string, port: number, { code, message, address }: ListenFault): Fault =>
  new Fault(
    'start_failed',
    `${address}:${port} cannot be listened on: ${message}`,
    'Give another port or bind_address.',
    {
      id,
      port,
      address,
      reason: code,
    },
  );

export const pointsAtItself = (id: string, url: string): Fault =>
  new Fault('invalid_argument', `target_url=${url} is a proxy of this daemon`, 'Give the URL of the server itself.', {
    id,
    parameter: 'target_url',
  });

export const portOfTarget = (port: number, url: string): Fault =>
  new Fault('invalid_argument', `port=${port} is the port of target_url=${url}`, 'Leave port out, or name another.', {
    parameter: 'port',
    port,
  });

export const otherTarget = (id: string, present: string, wanted: string): Fault =>
  new Fault(
    'already_exists',
    `id=${id} is a proxy of ${present} already, not of ${wanted}`,
    'Stop it first, or give another id.',
    { id, target_url: present },
  );

export const tooManyProxies = (limit: number): Fault =>
  new Fault('limit', `${limit} proxies run, the most there can be`, 'Stop one of them first.', { limit });

export const shuttingDown = (): Fault =>
  new Fault(
    'shutting_down',
    'the daemon is ending and starts nothing more',
    'Call again: a new daemon starts by itself.',
  );

export function proxyNotFound(id: string, path: string, ids: readonly string[]): Fault {
  const near = nearNames(id, ids);
  const known = near.length > 0 ? near : ids.slice(0, 10);
  const hint = known.length > 0 ? `Known: ${known.join(', ')}.` : 'No proxy has been started yet: use proxy start.';
  return new Fault('not_found', `id=${JSON.stringify(id.slice(0, 80))} is no proxy known in ${path}`, hint, {
    id: id.slice(0, 80),
    near: known,
  });
}

export const ambiguousProxy = (id: string, paths: readonly string[]): Fault =>
  new Fault('ambiguous', `id=${id} is a proxy in ${paths.length} projects: ${paths.join(', ')}`, 'Give path as well.', {
    id,
    paths,
  });

export const workerLost = (id: string, why: string): Fault =>
  new Fault('start_failed', `id=${id} was not started: ${why}`, 'Start it again; the daemon log has the details.', {
    id,
    reason: why,
  });

export const stoppedMeanwhile = (id: string): Fault =>
  new Fault('not_running', `id=${id} was stopped by somebody else meanwhile`, 'Start it again: proxy start.', { id });
