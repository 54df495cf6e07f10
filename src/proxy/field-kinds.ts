/** The fields that a proxy does not simply pass on, told by name without a table: most names differ in length already. */

import { LOAD_FIELD } from '../page/protocol.ts';
import { isName } from './fields.ts';
import { MARKED_FIELD } from './load-mark.ts';

export type FieldKind =
  | 'connection'
  | 'keep-alive'
  | 'proxy-connection'
  | 'te'
  | 'upgrade'
  | 'transfer-encoding'
  | 'trailer'
  | 'host'
  | 'origin'
  | 'referer'
  | 'accept-encoding'
  | 'if-none-match'
  | 'if-modified-since'
  | 'etag'
  | 'x-forwarded-for'
  | 'x-forwarded-proto'
  | 'x-forwarded-host'
  | 'forwarded'
  | 'location'
  | 'refresh'
  | 'set-cookie'
  | typeof MARKED_FIELD
  | typeof LOAD_FIELD;

const BY_LENGTH: readonly (readonly FieldKind[])[] = byLength([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'upgrade',
  'transfer-encoding',
  'trailer',
  'host',
  'origin',
  'referer',
  'accept-encoding',
  'if-none-match',
  'if-modified-since',
  'etag',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'forwarded',
  'location',
  'refresh',
  'set-cookie',
  MARKED_FIELD,
  LOAD_FIELD,
]);

/** Null for an ordinary field. */
export function fieldKind(name: string): FieldKind | null {
  const candidates = BY_LENGTH[name.length];
  if (candidates === undefined) return null;
  for (const kind of candidates) if (isName(name, kind)) return kind;
  return null;
}

function byLength(kinds: readonly FieldKind[]): FieldKind[][] {
  const table: FieldKind[][] = [];
  for (const kind of kinds) {
    const row = table[kind.length] ?? [];
    table[kind.length] = [...row, kind];
  }
  return table;
}

/** Fields that Connection may not name away: without them a request means something else. */
const KEPT = new Set([
  'host',
  'content-length',
  'content-type',
  'transfer-encoding',
  'cookie',
  'set-cookie',
  'authorization',
  'forwarded',
]);

const USUAL = new Set(['keep-alive', 'close', 'Upgrade']);
const NONE: readonly string[] = [];

/** Names, lower case, that Connection values declare hop-by-hop (RFC 9110 7.6.1); empty for the usual ones. */
export function namedByConnection(values: readonly string[]): readonly string[] {
  const [only] = values;
  if (only === undefined || (values.length === 1 && USUAL.has(only))) return NONE;
  return values
    .flatMap((value) => value.toLowerCase().split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'close' && fieldKind(name) !== 'keep-alive')
    .filter((name) => !KEPT.has(name) && !name.startsWith('x-forwarded-'));
}
