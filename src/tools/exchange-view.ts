/** Exchanges and messages of a proxy as results show them: a line each, or one in full. */
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { type Fields, field } from '../proxy/fields.ts';
import type { Exchange } from '../proxy/recorded-exchange.ts';
import { KEPT_BYTES, type Message, type TrafficLogger } from '../proxy/traffic-logger.ts';
import { visibleLine, visibleText } from '../text/visible.ts';

type Show = (text: string) => string;
/** Where bodies are kept. */
export type Bodies = Pick<TrafficLogger, 'body'>;
type Iso = (micros: number) => string;

const LONGEST_TARGET = 200;
const LONGEST_PREVIEW = 120;
/** A body that grows beyond this is shown as it was sent. */
const MOST_DECODED = 1_048_576;
const SECRET_FIELDS =
  /^(?:authorization|proxy-authorization|cookie|set-cookie|x-(?:api|auth|csrf|access)-?(?:key|token)|x-[\w-]*secret[\w-]*)$/i;

const milliseconds = (micros: number): string =>
  micros < 9_950 ? `${(micros / 1_000).toFixed(1)} ms` : `${Math.round(micros / 1_000)} ms`;

export function sizeText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1_000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** `req_142 12:00:01.123 POST /api/users 500 45 ms 1.2 kB`; of one under way, what has been kept of its answer so far. */
export function exchangeLine(exchange: Exchange, nowMicros: number, iso: Iso, show: Show, bodies: Bodies): string {
  const { id, method, target, status, outcome, began, ended, note, rules } = exchange;
  const size = outcome === null ? bodies.body(id, 'response', 0).bytes.length : exchange.responseBytes;
  const state =
    outcome === null
      ? 'pending'
      : outcome === 'complete' || outcome === 'upgraded'
        ? String(status)
        : `${status || '-'} ${outcome}`;
  const facts = `${milliseconds((ended ?? nowMicros) - began)} ${sizeText(size)}${outcome === null && size >= KEPT_BYTES ? '+' : ''}`;
  const words = `req_${id} ${iso(began).slice(11, 23)} ${method || '-'} ${show(target).slice(0, LONGEST_TARGET)} ${state} ${facts}`;
  const touched = rules === '' ? words : `${words} (rules: ${rules})`;
  return visibleLine(note === '' ? touched : `${touched} (${show(note)})`);
}

/** `ws_150 12:00:01.123 in text 24 B {"type":"ping"} (req_142)` */
export function messageLine(
  { id, exchange, micros, direction, kind, size, payload, compressed }: Message,
  iso: Iso,
  show: Show,
): string {
  const preview = compressed
    ? '(compressed)'
    : kind === 'binary'
      ? payload.subarray(0, 16).toString('hex')
      : payload.toString('utf8', 0, 400);
  const said = show(preview).replace(/\s+/g, ' ').slice(0, LONGEST_PREVIEW);
  return visibleLine(
    `${messageId(id, kind)} ${iso(micros).slice(11, 23)} ${direction} ${kind} ${sizeText(size)} ${said} (req_${exchange})`,
  );
}

export const messageId = (id: number, kind: Message['kind']): string => `${kind === 'event' ? 'sse' : 'ws'}_${id}`;

export function viewMessage(message: Message, iso: Iso, show: Show) {
  const { id, kind, exchange, micros, direction, size, payload, compressed } = message;
  const isText = !compressed && kind !== 'binary';
  return {
    id: messageId(id, kind),
    type: 'websocket',
    exchange_id: `req_${exchange}`,
    at: iso(micros),
    direction,
    kind,
    size,
    text: isText ? visibleText(show(payload.toString('utf8'))) : null,
    base64: isText ? null : hiddenBytes(payload, show).toString('base64'),
    truncated: payload.length < size,
  };
}

/** Everything that is known of an exchange; secrets hidden by `show`, unless it shows all. */
export function viewExchange(exchange: Exchange, log: Bodies, iso: Iso, show: Show, page: string | null) {
  const { id, method, target, status, outcome, note, began, connected, firstByte, ended, requestBytes, responseBytes } =
    exchange;
  const since = (time: number | null): number | null => (time === null ? null : Math.round((time - began) / 10) / 100);
  return {
    id: `req_${id}`,
    type: 'http',
    method,
    url: visibleText(show(target)),
    status,
    outcome: outcome ?? 'pending',
    note: visibleText(show(note)),
    rules: exchange.rules === '' ? [] : exchange.rules.split('; ').map((rule) => visibleText(rule)),
    page,
    started_at: iso(began),
    timing: { connect_ms: since(connected), first_byte_ms: since(firstByte), total_ms: since(ended) },
    request: {
      headers: viewFields(exchange.request, show),
      body: viewBody(exchange, 'request', log, show),
      size: requestBytes,
    },
    response: {
      headers: viewFields(exchange.response, show),
      body: viewBody(exchange, 'response', log, show),
      size: responseBytes,
    },
  };
}

/** As pairs: names may come twice, and their order and case are facts too. */
export function viewFields(fields: Fields, show: Show, spell: Show = visibleText): [string, string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at < fields.length; at += 2) {
    const name = fields[at] ?? '';
    const value = fields[at + 1] ?? '';
    if (name.toLowerCase() === 'x-devtool-load') continue;
    pairs.push([spell(name), spell(SECRET_FIELDS.test(name) ? hideField(value, show) : show(value))]);
  }
  return pairs;
}

/** Such a field is a secret whatever it looks like. */
export const hideField = (value: string, show: Show): string =>
  show(`token="${value.replaceAll('"', '')}"`).replace(/^token="?|"$/g, '');

/** What was kept of a body; null for what is no text. */
export function bodyText(exchange: Exchange, of: 'request' | 'response', log: Bodies): string | null {
  const decoded = decodedBody(exchange, of, log).decoded;
  return decoded !== null && isReadable(decoded) ? decoded.toString('utf8') : null;
}

/** What was kept of a body, as it was sent and with its content coding undone; `decoded` null where that cannot be. */
export function decodedBody(exchange: Exchange, of: 'request' | 'response', log: Bodies) {
  const size = of === 'request' ? exchange.requestBytes : exchange.responseBytes;
  const fields = of === 'request' ? exchange.request : exchange.response;
  const { bytes, isWhole } = log.body(exchange.id, of, size);
  const coding = field(fields, 'content-encoding')?.toLowerCase() ?? '';
  return { bytes, isWhole, coding, decoded: coding === '' ? bytes : decode(bytes, coding) };
}

function viewBody(exchange: Exchange, of: 'request' | 'response', log: Bodies, show: Show) {
  const size = of === 'request' ? exchange.requestBytes : exchange.responseBytes;
  if (size === 0) return null;
  const { bytes, isWhole, coding, decoded } = decodedBody(exchange, of, log);
  const shown = decoded ?? bytes;
  const isText = decoded !== null && isReadable(shown);
  return {
    text: isText ? visibleText(show(shown.toString('utf8')), MOST_DECODED) : null,
    base64: isText ? null : hiddenBytes(shown, show).toString('base64'),
    kept_bytes: bytes.length,
    truncated: !isWhole || bytes.length < size,
    encoding: decoded === null ? coding : null,
  };
}

/** Null when it cannot be undone, as with a body of which only the first part was kept. */
function decode(bytes: Buffer, coding: string): Buffer | null {
  const options = { maxOutputLength: MOST_DECODED };
  try {
    if (coding === 'gzip' || coding === 'x-gzip') return gunzipSync(bytes, options);
    if (coding === 'br') return brotliDecompressSync(bytes, options);
    return coding === 'deflate' ? inflateSync(bytes, options) : null;
  } catch {
    return null;
  }
}

/** Valid UTF-8, but for a character that the end cuts, without control characters. */
export function isReadable(bytes: Buffer): boolean {
  const text = bytes.toString('utf8');
  const broken = text.indexOf('\ufffd');
  return (broken < 0 || broken >= text.length - 3) && !/[\0-\x08\x0e-\x1f]/.test(text.slice(0, 4_096));
}

/** Bytes that are no text, without the secrets that stand in them as text. */
export function hiddenBytes(bytes: Buffer, show: Show): Buffer {
  const text = bytes.toString('latin1');
  const shown = show(text);
  return shown === text ? bytes : Buffer.from(shown, 'latin1');
}
