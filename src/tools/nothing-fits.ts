/** What an answer says when filters have let nothing through: that there is something, and what was asked of it. */
import { shown } from './arguments.ts';

/** Null without a filter, or where there is nothing that one could have left out. */
export function nothingFits(count: number, filters: Readonly<Record<string, unknown>>): string | null {
  const given = Object.entries(filters).filter(([, value]) => value !== undefined && !isEmpty(value));
  if (count === 0 || given.length === 0) return null;
  const entries = count === 1 ? 'The one entry does not fit' : `None of ${count} entries fits`;
  return `${entries} ${given.map(([name, value]) => `${name}=${shown(value)}`).join(', ')}.`;
}

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;
