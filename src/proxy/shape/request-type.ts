/** What a browser asks for something as (Fetch Metadata); 'other' for programs that do not say. */
import { LOAD_FIELD } from '../../page/protocol.ts';
import { field } from '../fields.ts';
import type { RequestHead } from '../http1.ts';
import type { RequestType } from './rule.ts';

const BY_DESTINATION: Readonly<Record<string, RequestType>> = {
  document: 'document',
  iframe: 'document',
  frame: 'document',
  embed: 'document',
  object: 'document',
  script: 'script',
  style: 'style',
  image: 'image',
  font: 'font',
  audio: 'media',
  video: 'media',
  track: 'media',
  empty: 'fetch',
  worker: 'worker',
  sharedworker: 'worker',
  serviceworker: 'worker',
};

export function requestType({ fields, upgrade }: RequestHead): RequestType {
  if (upgrade && field(fields, 'upgrade')?.toLowerCase() === 'websocket') return 'websocket';
  const destination = field(fields, 'sec-fetch-dest');
  if (destination !== null) return BY_DESTINATION[destination.toLowerCase()] ?? 'other';
  if (field(fields, LOAD_FIELD) !== null) return 'fetch';
  return /\btext\/html\b/i.test(field(fields, 'accept') ?? '') ? 'document' : 'other';
}
