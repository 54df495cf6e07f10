/** What kind of JSON-RPC message a line is. The daemon drops what is none without a word, so the front says it. */
import type { LongLine } from '../home/lines.ts';
import { TURNED_AWAY } from '../home/turned-away.ts';
import { hasFewValues, MOST_VALUES } from '../home/values-in.ts';

export type RequestId = string | number;
type Params = Readonly<Record<string, unknown>>;

export type Message =
  | { readonly kind: 'request'; readonly id: RequestId; readonly method: string; readonly params: Params }
  | { readonly kind: 'notification'; readonly method: string; readonly params: Params }
  /** `turnedAway`: by a daemon that ends, which has not looked at the request. */
  | { readonly kind: 'answer'; readonly id: RequestId | null; readonly ok: boolean; readonly turnedAway: boolean }
  | { readonly kind: 'refused'; readonly id: RequestId | null; readonly code: number; readonly why: string }
  | { readonly kind: 'blank' };

const PARSE_ERROR = -32_700;
export const INVALID_REQUEST = -32_600;

/** A client's; what would cost more memory than it is worth is refused unread. */
export function readFromClient(line: Buffer): Message {
  if (hasFewValues(line)) return readMessage(line);
  const id = idAtAnEnd({ head: line.subarray(0, 256), tail: line.subarray(-256) });
  return refused(id, `a message has at most ${MOST_VALUES} values; nothing of this one was used`);
}

export function readMessage(line: Buffer): Message {
  const text = line.toString('utf8');
  if (text.trim() === '') return { kind: 'blank' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const why = 'this line is no JSON; MCP on stdio is one JSON-RPC message a line';
    return { kind: 'refused', id: null, code: PARSE_ERROR, why };
  }
  return isRecord(value) ? classify(value) : refused(null, 'a message is a JSON object (batches are not part of MCP)');
}

function classify(value: Params): Message {
  const { jsonrpc, id, method, result, error } = value;
  const named = isId(id) ? id : null;
  if (jsonrpc !== '2.0') return refused(named, '"jsonrpc" must be "2.0"');
  if (typeof method === 'string') return call(value, method);
  if (isRecord(result) && named !== null) return { kind: 'answer', id: named, ok: true, turnedAway: false };
  if (isRecord(error)) return { kind: 'answer', id: named, ok: false, turnedAway: isTurnedAway(error) };
  return refused(named, 'a message has a "method" (a text), or a "result" or an "error" (an object)');
}

const isTurnedAway = ({ data }: Params): boolean => isRecord(data) && data['devtool_mcp'] === TURNED_AWAY;

function call(value: Params, method: string): Message {
  const { id, params = {} } = value;
  const named = isId(id) ? id : null;
  const odd = Object.keys(value).find((key) => !CALL_FIELDS.has(key));
  if (odd !== undefined) return refused(named, `${JSON.stringify(odd)} is no field of a request`);
  if (!isRecord(params)) return refused(named, '"params" must be an object');
  if (id === undefined) return { kind: 'notification', method, params };
  if (named === null) return refused(null, '"id" must be a text or a whole number');
  const wrong = wrongInMeta(params['_meta']);
  return wrong === null ? { kind: 'request', id: named, method, params } : refused(named, wrong);
}

/** The daemon's reader drops a request for these too. */
function wrongInMeta(meta: unknown): string | null {
  if (meta === undefined) return null;
  if (!isRecord(meta)) return '"_meta" must be an object';
  const { progressToken = 0, [RELATED_TASK]: task } = meta;
  if (!isId(progressToken)) return '"progressToken" must be a text or a whole number';
  return task === undefined || (isRecord(task) && typeof task['taskId'] === 'string')
    ? null
    : `"${RELATED_TASK}" must have a "taskId" (a text)`;
}

const RELATED_TASK = 'io.modelcontextprotocol/related-task';

const CALL_FIELDS: ReadonlySet<string> = new Set(['jsonrpc', 'id', 'method', 'params']);

const refused = (id: RequestId | null, why: string): Message => ({ kind: 'refused', id, code: INVALID_REQUEST, why });

/**
 * The id of a request that is too long to be read: clients write it as a message's first member, behind "jsonrpc" at most, or as its
 * last. Nothing within its values can stand there, since only the message itself begins and ends the line. Null: it is elsewhere.
 */
export function idAtAnEnd({ head, tail }: Pick<LongLine, 'head' | 'tail'>): RequestId | null {
  const found = AT_HEAD.exec(head.toString('latin1')) ?? AT_TAIL.exec(tail.toString('latin1'));
  const id: unknown = found?.[1] === undefined ? null : JSON.parse(found[1]);
  return isId(id) ? id : null;
}

const AT_HEAD = /^\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*("[\w-]{1,100}"|\d{1,15})\s*,/;
const AT_TAIL = /,\s*"id"\s*:\s*("[\w-]{1,100}"|\d{1,15})\s*(?:,\s*"jsonrpc"\s*:\s*"2\.0"\s*)?\}\s*$/;

export const isId = (id: unknown): id is RequestId => typeof id === 'string' || Number.isSafeInteger(id);

export const isRecord = (value: unknown): value is Params =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
