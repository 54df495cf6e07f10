/** What a manager of processes has to refuse, in the reader's words. */
import { Fault } from '../text/fault.ts';
import type { ManagedProcess, ProcessRequest } from './managed-process.ts';
import type { SpawnError, Survivor } from './spec.ts';

/** The reference's ErrShuttingDown. */
export class ShuttingDownError extends Fault {
  override readonly name = 'ShuttingDownError';
  constructor() {
    super(
      'shutting_down',
      'the daemon is ending and starts nothing more',
      'Call again: a new daemon starts by itself.',
    );
  }
}

const facts = (entry: ManagedProcess) => ({ process_id: entry.id, state: entry.state() });

export const alreadyEnded = (entry: ManagedProcess): Fault =>
  new Fault(
    'not_running',
    `process_id=${entry.id} is ${entry.state()} already`,
    'There is nothing to stop; proc remove forgets it.',
    facts(entry),
  );

export const takesNoInput = (entry: ManagedProcess, why: string): Fault =>
  new Fault(
    'not_running',
    `process_id=${entry.id} takes no input: ${why}`,
    'See proc status for its state.',
    facts(entry),
  );

export const stillLive = (entry: ManagedProcess): Fault =>
  new Fault(
    'invalid_argument',
    `process_id=${entry.id} is ${entry.state()}`,
    'Stop it first: proc stop.',
    facts(entry),
  );

export const removedMeanwhile = (entry: ManagedProcess): Fault =>
  new Fault('not_found', `process_id=${entry.id} was removed by somebody else meanwhile`, 'Start it anew with run.', {
    process_id: entry.id,
  });

export const startedMeanwhile = (entry: ManagedProcess): Fault =>
  new Fault(
    'already_exists',
    `process_id=${entry.id} was started by somebody else meanwhile`,
    'Look at proc status.',
    facts(entry),
  );

export function alreadyExists({ id, path }: ProcessRequest, present: ManagedProcess | null): Fault {
  const command = present?.request.spec.display ?? null;
  const state = present?.state() ?? null;
  const said = `id=${id} is ${state ?? 'taken'} with another command: ${command ?? 'unknown'}`;
  return new Fault('already_exists', said, 'Stop it first, or give another id.', {
    process_id: id,
    path,
    command,
    state,
  });
}

export function cannotStart({ id, path, spec }: ProcessRequest, { code, message }: SpawnError): Fault {
  const isLine = code === 'ENOENT' && !spec.shell && /\s/.test(spec.command.trim());
  const mend = isLine
    ? 'command is one program: give its arguments as args, or shell: true for a line'
    : 'Mend that and run it again';
  return new Fault('start_failed', message, `${mend}; the id is free.`, {
    process_id: id,
    path,
    command: spec.display,
    reason: code,
  });
}

export function notGone(entry: ManagedProcess, left: readonly Survivor[]): Fault {
  const names = left.map(({ pid, command }) => `${pid} (${command})`).join(', ');
  const said = `process_id=${entry.id} still has ${left.length} processes: ${names}`;
  return new Fault('timeout', said, 'Try proc stop with force: true.', { process_id: entry.id, left });
}

export const tooMany = (limit: number): Fault =>
  new Fault('limit', `${limit} processes are live, the most there can be`, 'Stop some of them first.', { limit });
