/** What a browser says of its request: that the answer becomes a document of a tab or frame (Fetch Metadata, W3C). */
import { type Fields, field } from './fields.ts';

/** Null: it says nothing. A service worker that passes a navigation on keeps its mode, and loses its destination. */
export function isForDocument(fields: Fields): boolean | null {
  const destination = field(fields, 'sec-fetch-dest')?.toLowerCase();
  if (destination === undefined) return null;
  if (destination === 'empty') return field(fields, 'sec-fetch-mode')?.toLowerCase() === 'navigate';
  return destination === 'document' || destination === 'iframe' || destination === 'frame';
}
