/** An event of `devtool://events` as the daemon tells it, and its line. */
import { EVENT_KINDS } from '../text/event-kinds.ts';
import { asRecords, asText, isRecord, type Json } from './record.ts';

/** `daemon`: it was lost, or another one serves; told by the command line itself. */
export const WATCHED_KINDS = ['daemon', ...EVENT_KINDS] as const;

export interface EventsAnswer {
  readonly cursor: number;
  readonly dropped: number;
  readonly events: readonly Json[];
}

export function readEvents(text: string): EventsAnswer {
  const value: unknown = JSON.parse(text);
  const answer = isRecord(value) ? value : {};
  return {
    cursor: Number(answer['cursor'] ?? 0),
    dropped: Number(answer['dropped'] ?? 0),
    events: asRecords(answer['events']),
  };
}

/** The same event has the same key, however often it is read. */
export const keyOf = ({ at, kind, text, entry_id, path }: Json): string =>
  JSON.stringify([at, kind, entry_id, path, text]);

const LONGEST_KIND = 7;

/** `12:00:01.123 5xx     GET /api/users 500 src/api.ts:3:4 [req_8]`; `where`: with the directory, for many projects at once. */
export function eventLine({ at, kind, text, count, entry_id, path }: Json, where: boolean): string {
  const words = [
    asText(at).slice(11, 23),
    asText(kind).padEnd(LONGEST_KIND),
    ...(Number(count) > 1 ? [`×${Number(count)}`] : []),
    asText(text),
    ...(typeof entry_id === 'string' ? [`[${entry_id}]`] : []),
    ...(where ? [`in ${asText(path)}`] : []),
  ];
  return words.join(' ');
}
