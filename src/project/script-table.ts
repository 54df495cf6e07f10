/** Scripts by name, as a manifest should have them. */
import type { Directory } from './directory.ts';
import { isRecord, record } from './values.ts';

/** Empty for what is none; that is told, unless nothing is there. `place`: `package.json scripts`. */
export function scriptTable(directory: Directory, place: string, value: unknown): Record<string, unknown> {
  if (!isRecord(value ?? {})) directory.problem(`${place}: is no object of names and commands`);
  return record(value);
}
