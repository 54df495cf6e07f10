/** Heads of requests and responses (RFC 9112 3, 4): bytes up to the empty line in, what they say out, or a refusal. */
import type { Fields } from './fields.ts';
import { type HeadLines, lineLength } from './head-lines.ts';
import { CR, LF, past, SPACE, TARGET, TEXT, TOKEN } from './http1-bytes.ts';
import { Http1Error, shown } from './http1-error.ts';
import { Facts } from './http1-facts.ts';
import { readField } from './http1-fields.ts';
import { type Framing, requestFraming, responseFraming } from './http1-framing.ts';

export interface Limits {
  /** Bytes of a head, its empty line included; of all trailers of a message too. */
  readonly headBytes: number;
  /** Field lines of a head, or of the trailers. */
  readonly fields: number;
  /** Bytes of a request target. */
  readonly targetBytes: number;
  /** Bytes of a chunk's size line with its extensions and CR LF. */
  readonly chunkLineBytes: number;
}

export interface RequestHead {
  readonly kind: 'request';
  readonly method: string;
  /** Origin form, or `*` of OPTIONS. */
  readonly target: string;
  readonly minor: 0 | 1;
  readonly fields: Fields;
  /** Null: some line is written otherwise than we would. */
  readonly lines: HeadLines | null;
  /** The head as it came, with its empty line. */
  readonly raw: Buffer;
  readonly framing: Framing;
  readonly keepAlive: boolean;
  /** Asks for another protocol (RFC 9110 7.8). */
  readonly upgrade: boolean;
  readonly expectContinue: boolean;
}

export interface ResponseHead {
  readonly kind: 'response';
  readonly status: number;
  readonly reason: string;
  readonly minor: 0 | 1;
  readonly fields: Fields;
  readonly lines: HeadLines | null;
  readonly raw: Buffer;
  readonly framing: Framing;
  /** False for framing `close` and `tunnel` too. */
  readonly keepAlive: boolean;
}

/** Reads a request head, `raw` from its first byte to the end of the empty line. Throws Http1Error. */
export function readRequestHead(raw: Buffer, limits: Limits): RequestHead {
  const text = raw.toString('latin1');
  const space = past(raw, 0, TOKEN);
  if (space === 0 || raw[space] !== SPACE) throw new Http1Error(400, 'method', firstLine('request line', text));
  if (space > LONGEST_METHOD) throw new Http1Error(501, 'method', `a method of more than ${LONGEST_METHOD} characters`);
  const method = text.slice(0, space);
  const behind = past(raw, space + 1, TARGET);
  if (behind === space + 1 || raw[behind] !== SPACE)
    throw new Http1Error(400, 'target', firstLine('request line', text));
  const target = text.slice(space + 1, behind);
  const minor = requestMinor(raw, text, behind + 1);
  checkTarget(method, target, limits);
  const facts = new Facts();
  const at = behind + VERSION_BYTES + 3;
  const fields = readFields(raw, text, at, facts, limits);
  const lines = facts.isUsual ? { fields, text, at } : null;
  checkHost(facts, minor);
  const framing = requestFraming(facts, minor);
  const upgrade = minor === 1 && facts.upgrade && facts.protocol;
  const expectContinue = minor === 1 && facts.continues;
  const keepAlive = facts.persists(minor);
  return { kind: 'request', method, target, minor, fields, lines, raw, framing, keepAlive, upgrade, expectContinue };
}

/** Reads a response head; `answers` is the method of the request. Throws Http1Error. */
export function readResponseHead(raw: Buffer, answers: string, limits: Limits): ResponseHead {
  const text = raw.toString('latin1');
  const minor = versionAt(text, 0);
  const status = statusAt(text);
  if (minor === null || status === null) throw new Http1Error(502, 'status_line', firstLine('status line', text));
  // RFC 9112 4: the space before an empty reason must be sent; many leave it out, and nothing hangs on it.
  const from = Math.min(REASON_AT, past(raw, STATUS_AT + 3, TEXT));
  const stop = past(raw, from, TEXT);
  if (raw[stop] !== CR || raw[stop + 1] !== LF)
    throw new Http1Error(502, 'status_line', firstLine('status line', text));
  const facts = new Facts();
  const fields = readFields(raw, text, stop + 2, facts, limits);
  const lines = facts.isUsual ? { fields, text, at: stop + 2 } : null;
  const framing = responseFraming(facts, minor, status, answers);
  const keepAlive = framing !== 'close' && framing !== 'tunnel' && facts.persists(minor);
  return { kind: 'response', status, reason: text.slice(from, stop), minor, fields, lines, raw, framing, keepAlive };
}

function readFields(raw: Buffer, text: string, from: number, facts: Facts, limits: Limits): string[] {
  const fields: string[] = [];
  const end = raw.length - 2;
  for (let at = from, i = 0; at < end; i += 2) {
    if (i >= 2 * limits.fields) throw new Http1Error(431, 'too_many_fields', `more than ${limits.fields} fields`);
    const next = readField(raw, text, at, fields);
    const name = fields[i] ?? '';
    const value = fields[i + 1] ?? '';
    if (facts.note(name, value)) checkFramingLine(text.slice(at, next));
    if (next - at !== lineLength(name, value) || raw[at + name.length + 1] !== SPACE) facts.isUsual = false;
    at = next;
  }
  return fields;
}

/** White space is spaces here: llhttp takes `chunked` and a tab for another coding than `chunked`. */
function checkFramingLine(line: string): void {
  if (line.includes('\t')) throw new Http1Error(400, 'field_value', `a tab in ${shown('line', line)}`);
}

/** The longest registered one has 17 (IANA HTTP Method Registry). */
const LONGEST_METHOD = 64;
const VERSION_BYTES = 'HTTP/1.1'.length;
const STATUS_AT = VERSION_BYTES + 1;
const REASON_AT = STATUS_AT + 4;

/** Minor version of `HTTP/1.x` at `at`; null for anything else. */
function versionAt(text: string, at: number): 0 | 1 | null {
  if (text.startsWith('HTTP/1.1', at)) return 1;
  return text.startsWith('HTTP/1.0', at) ? 0 : null;
}

function requestMinor(raw: Buffer, text: string, at: number): 0 | 1 {
  const minor = versionAt(text, at);
  if (minor !== null && raw[at + VERSION_BYTES] === CR && raw[at + VERSION_BYTES + 1] === LF) return minor;
  const version = text.slice(at, Math.max(at, text.indexOf('\r\n', at)));
  if (/^HTTP\/[0-9]\.[0-9]$/.test(version)) throw new Http1Error(505, 'version', shown('version', version));
  throw new Http1Error(400, 'request_line', firstLine('request line', text));
}

/** ` 200` and then a space or the end of the line (RFC 9112 4); null for anything else. */
function statusAt(text: string): number | null {
  const behind = text.charCodeAt(STATUS_AT + 3);
  if (text.charCodeAt(VERSION_BYTES) !== SPACE || (behind !== SPACE && behind !== CR)) return null;
  const digits = text.slice(STATUS_AT, STATUS_AT + 3);
  return /^[1-9][0-9]{2}$/.test(digits) ? Number(digits) : null;
}

/** RFC 9112 3.2: we are an origin to the browser, so no absolute form, no authority form, `*` for OPTIONS alone. */
function checkTarget(method: string, target: string, limits: Limits): void {
  if (method === 'CONNECT') throw new Http1Error(400, 'connect', `CONNECT: ${shown('target', target)}`);
  if (target.length > limits.targetBytes)
    throw new Http1Error(414, 'target_too_long', `target of ${target.length} bytes, at most ${limits.targetBytes}`);
  if (target.startsWith('/') || (target === '*' && method === 'OPTIONS')) return;
  throw new Http1Error(400, 'target', `${shown('target', target)} does not begin with /`);
}

const HOST = /^(?:\[[0-9A-Fa-f:.]{2,45}\]|(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*)(?::[0-9]{0,5})?$/;

/** RFC 9112 3.2: exactly one in HTTP/1.1, never two, and it is a host with or without a port (RFC 3986 3.2.2); may be empty. */
function checkHost(facts: Facts, minor: 0 | 1): void {
  if (facts.hosts > 1) throw new Http1Error(400, 'host', `${facts.hosts} Host fields`);
  if (facts.hosts === 0 && minor === 1) throw new Http1Error(400, 'host', 'no Host field');
  if (!HOST.test(facts.host)) throw new Http1Error(400, 'host', shown('Host', facts.host));
}

/** `request line: line="…"`. */
function firstLine(what: string, text: string): string {
  return `${what}: ${shown('line', text.slice(0, text.indexOf('\r\n')))}`;
}
