/**
 * WebSocket messages in passing (RFC 6455, permessage-deflate of RFC 7692): one direction of a connection, whatever way it is cut.
 * Never changes a byte, holds bounded memory, and stops looking at what is no WebSocket.
 */
import { constants, inflateRawSync } from 'node:zlib';
import { FROM_BROWSER, IS_COMPRESSED, type MessageRecord } from './traffic-records.ts';

const MOST_KEPT = 64 * 1_024;
/** Compressed messages are undone up to this size; longer ones end the looking inside, since what follows needs their window. */
const MOST_INFLATED = 1_048_576;
const WINDOW = 32 * 1_024;
/** What a sender leaves off (RFC 7692 7.2.2). */
const TAIL = Buffer.from([0, 0, 0xff, 0xff]);
const CONTROL = 8;

export interface WebSocketExtensions {
  /** permessage-deflate was agreed upon. */
  readonly deflate: boolean;
  /** This direction begins each message with an empty window. */
  readonly fresh: boolean;
}

export interface Frame {
  readonly opcode: number;
  readonly isFinal: boolean;
  readonly isCompressed: boolean;
  readonly mask: Buffer | null;
  left: number;
  /** Of the payload, taken so far: the mask's phase. */
  taken: number;
}

interface Message {
  readonly opcode: number;
  readonly isCompressed: boolean;
  readonly kept: Buffer[];
  keptBytes: number;
  size: number;
}

/** `tell` gets each whole message. */
export function observeWebSocket(
  fromBrowser: boolean,
  extensions: WebSocketExtensions,
  tell: (message: MessageRecord) => void,
): { feed(chunk: Buffer): void } {
  let head = Buffer.alloc(0);
  let frame: Frame | null = null;
  let message: Message | null = null;
  let control: Message | null = null;
  let window = Buffer.alloc(0);
  let isLost = false;
  let isWindowLost = false;
  const direction = fromBrowser ? FROM_BROWSER : 0;

  function feed(chunk: Buffer): void {
    let at = 0;
    while (!isLost && at < chunk.length) {
      if (frame === null) at += readHead(chunk.subarray(at));
      else {
        const bytes = chunk.subarray(at, at + frame.left);
        at += bytes.length;
        take(frame, bytes);
      }
      if (frame !== null && frame.left === 0) finish(frame);
    }
  }

  /** Bytes used of `bytes`; a head is at most 14. */
  function readHead(bytes: Buffer): number {
    const had = head.length;
    head = Buffer.concat([head, bytes.subarray(0, 14 - had)]);
    const needed = frameHeadBytes(head);
    if (needed === null || head.length < needed) return bytes.length < 14 - had ? bytes.length : 14 - had;
    frame = parseFrameHead(head.subarray(0, needed));
    isLost = frame === null;
    head = Buffer.alloc(0);
    return needed - had;
  }

  function take(current: Frame, bytes: Buffer): void {
    const into = messageOf(current);
    const most = into.isCompressed ? MOST_INFLATED : MOST_KEPT;
    const kept = bytes.subarray(0, Math.max(0, most - into.keptBytes));
    if (kept.length > 0) into.kept.push(unmasked(kept, current));
    into.keptBytes += kept.length;
    into.size += bytes.length;
    current.taken += bytes.length;
    current.left -= bytes.length;
  }

  /** A control frame may come between the frames of a message. */
  function messageOf(current: Frame): Message {
    if (current.opcode >= CONTROL) {
      control ??= newMessage(current);
      return control;
    }
    message ??= newMessage(current);
    return message;
  }

  function finish(current: Frame): void {
    const whole = messageOf(current);
    frame = null;
    if (current.opcode >= CONTROL) control = null;
    else if (current.isFinal) message = null;
    else return;
    tell(whole.isCompressed ? opened(whole) : record(whole, 0, Buffer.concat(whole.kept)));
  }

  /** The payload before it was compressed, if everything before it is known. */
  function opened(compressed: Message): MessageRecord {
    const bytes = Buffer.concat(compressed.kept);
    const whole = bytes.length === compressed.size && !isWindowLost ? inflate(bytes) : null;
    if (whole !== null) return record({ ...compressed, size: whole.length }, 0, whole);
    isWindowLost = !extensions.fresh;
    return record(compressed, IS_COMPRESSED, bytes);
  }

  const record = ({ opcode, size }: Message, flags: number, payload: Buffer): MessageRecord => ({
    opcode,
    flags: direction | flags,
    size,
    payload: payload.subarray(0, MOST_KEPT),
  });

  function inflate(bytes: Buffer): Buffer | null {
    try {
      const whole = inflateRawSync(Buffer.concat([bytes, TAIL]), {
        finishFlush: constants.Z_SYNC_FLUSH,
        maxOutputLength: MOST_INFLATED,
        ...(window.length > 0 ? { dictionary: window } : {}),
      });
      if (!extensions.fresh) window = Buffer.from(Buffer.concat([window, whole]).subarray(-WINDOW));
      return whole;
    } catch {
      return null;
    }
  }

  const newMessage = ({ opcode, isCompressed }: Frame): Message => ({
    opcode,
    isCompressed: isCompressed && extensions.deflate,
    kept: [],
    keptBytes: 0,
    size: 0,
  });

  return { feed };
}

/** Null while its own length is not known. */
export function frameHeadBytes(head: Buffer): number | null {
  const second = head[1];
  if (second === undefined) return null;
  const short = second & 0x7f;
  const length = short === 126 ? 2 : short === 127 ? 8 : 0;
  return 2 + length + ((second & 0x80) === 0 ? 0 : 4);
}

/** Null for what no WebSocket sends. */
export function parseFrameHead(head: Buffer): Frame | null {
  const [first = 0, second = 0] = head;
  const short = second & 0x7f;
  const left = short === 126 ? head.readUInt16BE(2) : short === 127 ? Number(head.readBigUInt64BE(2)) : short;
  const opcode = first & 0x0f;
  const isControl = opcode >= CONTROL;
  if ((first & 0x30) !== 0 || (opcode > 2 && opcode < CONTROL) || opcode > 10 || (isControl && left > 125)) return null;
  const mask = (second & 0x80) === 0 ? null : Buffer.from(head.subarray(-4));
  return { opcode, isFinal: (first & 0x80) !== 0, isCompressed: (first & 0x40) !== 0, mask, left, taken: 0 };
}

/** A copy. */
function unmasked(bytes: Buffer, { mask, taken }: Frame): Buffer {
  const copy = Buffer.from(bytes);
  if (mask !== null) for (let i = 0; i < copy.length; i++) copy[i] = (copy[i] ?? 0) ^ (mask[(taken + i) & 3] ?? 0);
  return copy;
}
