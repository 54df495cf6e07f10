/** Which process an id means to somebody working in a directory. */
import { dirname } from 'node:path';
import { Fault } from '../text/fault.ts';
import { nearNames } from '../text/near.ts';
import type { ManagedProcess } from './managed-process.ts';

/** In `path` itself, then in the nearest directory above, then if it is the only one of that name; else `ambiguous` or `not_found`. */
export function resolveProcess(id: string, path: string, all: readonly ManagedProcess[]): ManagedProcess {
  const named = all.filter((entry) => entry.id === id);
  for (let directory = path; ; directory = dirname(directory)) {
    const here = named.find((entry) => entry.path === directory);
    if (here !== undefined) return here;
    if (dirname(directory) === directory) break;
  }
  const [only, second] = named;
  if (only !== undefined && second === undefined) return only;
  if (only !== undefined) {
    const paths = named.map((entry) => entry.path);
    throw new Fault(
      'ambiguous',
      `process_id=${id} is in ${paths.length} projects: ${paths.join(', ')}`,
      'Give path as well.',
      {
        process_id: id,
        paths,
      },
    );
  }
  throw notFound(id, path, all);
}

function notFound(id: string, path: string, all: readonly ManagedProcess[]): Fault {
  const ids = [...new Set(all.map((entry) => entry.id))];
  const near = nearNames(id, ids);
  const known = near.length > 0 ? near : ids.slice(0, 10);
  const hint = known.length > 0 ? `Known: ${known.join(', ')}.` : 'Nothing has been started yet: use run.';
  return new Fault('not_found', `process_id=${JSON.stringify(id.slice(0, 80))} is not known in ${path}`, hint, {
    process_id: id.slice(0, 80),
    near: known,
  });
}
