/**
 * The copy of a document that a browser has kept, and the page client in it. Its ETag names the client, so that a copy with another
 * one is sent anew: the target's `"abc"` becomes `W/"abc.devtool-s0123456789"`, and is `"abc"` again where the target is asked (RFC 9110
 * 8.8.3, 13.1).
 */
import { isForDocument } from './destination.ts';
import { type Fields, field, fieldsNamed } from './fields.ts';
import type { RequestHead } from './http1.ts';

/** What becomes of a request's conditions. */
export interface Conditions {
  /** Of the page client in the copy; null where it has another one, and the conditions go. */
  readonly version: string | null;
}

const TAG = /^(?:W\/)?"([!#-~\x80-\xff]*)"$/;
const TAGS = /(?:W\/)?"[^"]*"/g;
/** After what the target has said: whether that was a weak tag, a strong one, or none, and the client's version. */
const MARKED = /^W\/"(.*)\.devtool-([wsn])([0-9a-f]{10})"$/;

/** The ETag of a document with the client in it; null when the target says nothing by which a copy could be told from the next. */
export function copyTag(fields: Fields, version: string): string | null {
  const tag = field(fields, 'etag');
  const known = TAG.exec(tag ?? '')?.[1];
  if (tag !== null && known !== undefined) return marked(known, tag.startsWith('W') ? 'w' : 's', version);
  const date = field(fields, 'last-modified');
  return date === null ? null : marked(date.replace(/[^!#-~]/g, ''), 'n', version);
}

const marked = (known: string, kind: string, version: string): string => `W/"${known}.devtool-${kind}${version}"`;

/** Null: the conditions are passed on as they are. */
export function conditionsOf({ method, fields }: RequestHead, version: string): Conditions | null {
  const tags = fieldsNamed(fields, 'if-none-match');
  if (tags.length === 0 && field(fields, 'if-modified-since') === null) return null;
  const versions = tags.flatMap(tagsIn).flatMap((tag) => MARKED.exec(tag)?.[3] ?? []);
  // Of other methods a condition is never left out: it keeps them from doing harm.
  if (versions.includes(version) || (versions.length > 0 && method !== 'GET' && method !== 'HEAD')) return { version };
  return versions.length > 0 || (method === 'GET' && isForDocument(fields)) ? { version: null } : null;
}

/** As the target knows them; null when it knows none of them. */
export function targetTags(value: string): string | null {
  const known = tagsIn(value).flatMap((tag) => {
    const [, own, kind] = MARKED.exec(tag) ?? [];
    if (own === undefined) return tag;
    return kind === 'n' ? [] : `${kind === 'w' ? 'W/' : ''}"${own}"`;
  });
  return known.length === 0 ? null : known.join(', ');
}

const tagsIn = (value: string): readonly string[] => value.match(TAGS) ?? [];
