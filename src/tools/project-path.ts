/** The directory that a call is about: given, or where the client works; always a real path. */
import { realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Fault } from '../text/fault.ts';
import { shown } from './arguments.ts';
import { joined } from './joined.ts';
import type { Caller } from './tool.ts';
import type { Workbench } from './workbench.ts';

const directoryAt = joined(async (path) => {
  // At once: each is a way through another thread and the loop.
  const [real, found] = await Promise.all([realpath(path), stat(path)]);
  return found.isDirectory() ? real : null;
});

/** `~` is the caller's home directory, as a shell would have had it. */
const absolute = (given: string, { cwd, env: { HOME = '~' } }: Caller): string =>
  resolve(cwd, given === '~' || given.startsWith('~/') ? HOME + given.slice(1) : given);

/** Throws `not_found` for a missing path, `permission_denied`, and `invalid_argument` for what is no directory. */
export async function projectPath(given: string | undefined, caller: Caller): Promise<string> {
  const path = absolute(given ?? '.', caller);
  if (path.includes('\0')) throw refusal('invalid_argument', path, 'holds a NUL character');
  try {
    const real = await directoryAt(path);
    if (real !== null) return real;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'EACCES' || code === 'EPERM') throw refusal('permission_denied', path, 'may not be read');
    if (code === 'ENOTDIR') throw refusal('invalid_argument', path, 'leads through a file');
    if (code === 'ELOOP' || code === 'ENAMETOOLONG')
      throw refusal('invalid_argument', path, `cannot be followed (${code})`);
    throw refusal('not_found', path, 'does not exist');
  }
  throw refusal('invalid_argument', path, 'is not a directory');
}

/** As above; a directory that is gone is one as long as something is known there, which may have to be looked at and stopped. */
export async function knownPath(
  given: string | undefined,
  caller: Caller,
  { processes, proxies }: Pick<Workbench, 'processes' | 'proxies'>,
): Promise<string> {
  try {
    return await projectPath(given, caller);
  } catch (error) {
    const path = absolute(given ?? '.', caller);
    const isKnown = processes.list(path, null).length > 0 || proxies.list(path).length > 0;
    if (error instanceof Fault && error.code === 'not_found' && isKnown) return path;
    throw error;
  }
}

function refusal(code: 'not_found' | 'invalid_argument' | 'permission_denied', path: string, why: string): Fault {
  return new Fault(
    code,
    `path=${shown(path)} ${why}`,
    'Give the path of a directory, absolute or from where you work.',
    {
      path: path.slice(0, 4096),
    },
  );
}
