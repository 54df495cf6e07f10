/** What a daemon that was killed has left running, while there is no other to say so: its state file tells. */
import { readFileSync } from 'node:fs';
import type { Home } from '../../home/home.ts';
import { startTimeOf } from '../../home/process-start.ts';
import { asRecords, isRecord } from '../record.ts';
import { type Check, ok, warning } from './check.ts';

export function leftoverChecks({ statePath }: Home): Check[] {
  const alive = stateOf(statePath).filter(
    ({ pid, start_time }) => typeof pid === 'number' && startTimeOf(pid) === start_time,
  );
  if (alive.length === 0) return [ok('leftovers', 'none of an earlier daemon')];
  return alive.map(({ process_id, path, pid, command }) =>
    warning('leftovers', `${process_id} of ${path}, pid ${pid}, outlived its daemon: ${command}`, `kill ${pid}`),
  );
}

function stateOf(path: string) {
  try {
    const state: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return isRecord(state) ? asRecords(state['running']) : [];
  } catch {
    return [];
  }
}
