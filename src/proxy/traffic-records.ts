/**
 * Records of a proxy's traffic, written by traffic-tap.ts in its worker and read by traffic-logger.ts in the control thread. Heads
 * are kept as they came; they are parsed when somebody asks for them.
 *
 * Journal `http`, `a` the entry's id:
 *   BEGAN  `b` connection · body: request head
 *   TOUCHED `b` 0 · body: rules that touch it so far, UTF-8; a later one takes the place of an earlier
 *   ENDED  `b` status | outcome << 10 | place in METHODS << 16 | exchanges still under way << 24 · body: FIXED_BYTES of figures, note,
 *          request head, response head, and the response's body where that is small and came at once
 * Journal `bodies`: REQUEST_BODY, RESPONSE_BODY  `a` id, `b` offset of the bytes in that body · body: bytes
 * Journal `messages`, `a` the entry's own id: MESSAGE  `b` id of its exchange · body: size (f64), opcode, flags, payload's first bytes
 */
import type { Outcome } from './exchange-tap.ts';

export const BEGAN = 1;
export const ENDED = 2;
export const TOUCHED = 3;
export const REQUEST_BODY = 1;
export const RESPONSE_BODY = 2;
export const MESSAGE = 1;

export const METHODS = ['', 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
export const OUTCOMES: readonly Outcome[] = [
  'complete',
  'client_aborted',
  'upstream_aborted',
  'refused',
  'timeout',
  'unreachable',
  'upgraded',
  'cut',
];

/** Figures of an exchange; times are microseconds on the daemon's clock, null for what did not come about. */
export interface Figures {
  readonly began: number;
  readonly connected: number | null;
  readonly firstByte: number | null;
  readonly requestBytes: number;
  readonly responseBytes: number;
}

export interface EndedRecord extends Figures {
  readonly note: string;
  /** Those that touched it, and how; '' for none. */
  readonly rules: string;
  readonly requestHead: Buffer;
  readonly responseHead: Buffer;
  /** Empty, unless it is small and came at once. */
  readonly responseBody: Buffer;
}

/** As many, or more. */
export const MANY = 0xff;

/** Words of the head of an ENDED record. */
export const endedWord = (status: number, outcome: Outcome, method: string, underWay: number): number =>
  status |
  (OUTCOMES.indexOf(outcome) << 10) |
  (Math.max(0, METHODS.indexOf(method as (typeof METHODS)[number])) << 16) |
  (Math.min(MANY, underWay) << 24);
export const statusIn = (word: number): number => word & 0x3ff;
export const outcomeIn = (word: number): Outcome => OUTCOMES[(word >> 10) & 0x3f] ?? 'complete';
/** Exchanges of the same worker that had begun by then and not ended; MANY: so many or more. */
export const underWayIn = (word: number): number => word >>> 24;
/** '' for a method that is not in METHODS: then the head says it. */
export const methodIn = (word: number): string => METHODS[(word >> 16) & 0xff] ?? '';

const FIGURES = 5;
/** Figures, then the lengths of note, request head and response head, and nothing, so that all begins at a multiple of 8. */
const LENGTHS = FIGURES * 8;
const FIXED_BYTES = LENGTHS + 16;
const LONGEST_NOTE = 500;
/** In a note, behind the rules that touched the exchange. */
export const BEHIND_RULES = '\u001f';

/** Reused for every record: a writer copies it away at once. */
const scratch = Buffer.from(new ArrayBuffer(160 * 1_024));
const view = new DataView(scratch.buffer);

/** A view is made only where something has to go. */
const cut = (bytes: Uint8Array, most: number): Uint8Array => (bytes.length <= most ? bytes : bytes.subarray(0, most));

/** Bytes of the body of an ENDED record, valid until the next call; what does not fit in `most` bytes is cut. */
export function encodeEnded(
  figures: Figures,
  note: string,
  requestHead: Uint8Array,
  responseHead: Uint8Array,
  responseBody: Uint8Array,
  most: number,
): Uint8Array {
  view.setFloat64(0, figures.began, true);
  view.setFloat64(8, figures.connected ?? -1, true);
  view.setFloat64(16, figures.firstByte ?? -1, true);
  view.setFloat64(24, figures.requestBytes, true);
  view.setFloat64(32, figures.responseBytes, true);
  const noteBytes = note === '' ? 0 : scratch.write(note.slice(0, LONGEST_NOTE), FIXED_BYTES, 'utf8');
  const requestAt = FIXED_BYTES + noteBytes;
  const request = cut(requestHead, most - requestAt);
  const responseAt = requestAt + request.length;
  const response = cut(responseHead, most - responseAt);
  const bodyAt = responseAt + response.length;
  const body = cut(responseBody, most - bodyAt);
  view.setUint32(LENGTHS, noteBytes, true);
  view.setUint32(LENGTHS + 4, request.length, true);
  view.setUint32(LENGTHS + 8, response.length, true);
  scratch.set(request, requestAt);
  scratch.set(response, responseAt);
  if (body.length > 0) scratch.set(body, bodyAt);
  return scratch.subarray(0, bodyAt + body.length);
}

export function decodeEnded(body: Uint8Array): EndedRecord {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  const requestAt = FIXED_BYTES + bytes.readUInt32LE(LENGTHS);
  const responseAt = requestAt + bytes.readUInt32LE(LENGTHS + 4);
  const bodyAt = responseAt + bytes.readUInt32LE(LENGTHS + 8);
  const time = (at: number): number | null => (bytes.readDoubleLE(at) < 0 ? null : bytes.readDoubleLE(at));
  const noted = bytes.toString('utf8', FIXED_BYTES, requestAt);
  const behind = noted.indexOf(BEHIND_RULES);
  return {
    began: bytes.readDoubleLE(0),
    connected: time(8),
    firstByte: time(16),
    requestBytes: bytes.readDoubleLE(24),
    responseBytes: bytes.readDoubleLE(32),
    note: noted.slice(behind + 1),
    rules: behind < 0 ? '' : noted.slice(0, behind),
    requestHead: bytes.subarray(requestAt, responseAt),
    responseHead: bytes.subarray(responseAt, bodyAt),
    responseBody: bytes.subarray(bodyAt),
  };
}

const MESSAGE_BYTES = 10;
/** Flags of a message. */
export const FROM_BROWSER = 1;
export const IS_EVENT = 2;
/** Its payload is compressed and could not be undone in passing. */
export const IS_COMPRESSED = 4;

export interface MessageRecord {
  /** RFC 6455 5.2: 1 text, 2 binary, 8 close, 9 ping, 10 pong. */
  readonly opcode: number;
  readonly flags: number;
  /** Bytes of the whole message. */
  readonly size: number;
  /** Its first bytes. */
  readonly payload: Buffer;
}

/** As encodeEnded. */
export function encodeMessage({ opcode, flags, size, payload }: MessageRecord): Uint8Array {
  view.setFloat64(0, size, true);
  scratch[8] = opcode;
  scratch[9] = flags;
  scratch.set(payload, MESSAGE_BYTES);
  return scratch.subarray(0, MESSAGE_BYTES + payload.length);
}

export function decodeMessage(body: Uint8Array): MessageRecord {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  return {
    size: bytes.readDoubleLE(0),
    opcode: bytes[8] ?? 0,
    flags: bytes[9] ?? 0,
    payload: bytes.subarray(MESSAGE_BYTES),
  };
}
