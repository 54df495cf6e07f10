/** Ids of processes: what is allowed, what is chosen when none is given, and the key that the registry knows. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { Fault } from '../text/fault.ts';

/** An id is shown and typed; it is never a piece of a file name. */
export const ID_PATTERN = /^[A-Za-z0-9@][A-Za-z0-9._:#@/-]{0,63}$/;

export function checkId(id: string): string {
  if (ID_PATTERN.test(id)) return id;
  throw new Fault(
    'invalid_argument',
    `id=${JSON.stringify(id.slice(0, 80))} is not an id`,
    'An id starts with a letter, a digit or @ and goes on with up to 63 letters, digits or ._:#@/- characters.',
    { parameter: 'id' },
  );
}

/** Of a command: its base name. */
export const commandId = (command: string): string => defaultId(basename(command));

/** A script's name, bent into the shape of an id; letters lose what Unicode has put on them. */
export function defaultId(name: string): string {
  const bent = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9._:#@/-]+/g, '-')
    .replace(/^[^A-Za-z0-9@]+/, '')
    .slice(0, 64);
  return bent === '' ? 'process' : bent;
}

/** Registry key of an id in a project directory: fixed length, whatever the path is. */
export const registryKey = (path: string, id: string): string =>
  `${createHash('sha256').update(path).digest('hex').slice(0, 32)}:${id}`;
