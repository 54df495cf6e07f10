/** Where lines and heads end in what has come; their bytes are looked over once, however slowly they come. */
import { CR, illegalByte, LF, lookOver, past, TEXT } from './http1-bytes.ts';
import { Http1Error } from './http1-error.ts';
import type { Input } from './http1-input.ts';

const HEAD_END = Buffer.from('\r\n\r\n', 'latin1');

/**
 * Offset behind the empty line of the head at the window's start; -1: it has not come whole. Throws when it is longer than `limit`
 * bytes; its bytes are looked over only if it has not come at once.
 */
export function headEnd(input: Input, limit: number): number {
  for (;;) {
    const found = input.bytes.indexOf(HEAD_END, input.at + Math.max(0, input.looked - HEAD_END.length));
    const end = found < 0 ? Number.POSITIVE_INFINITY : found + HEAD_END.length;
    if (end <= input.end && end - input.at <= limit) return end;
    const to = Math.min(input.end, input.at + limit);
    input.looked = lookOver(input.bytes, input.at + input.looked, to) - input.at;
    if (to - input.at === limit) throw tooLong(input.bytes, input.at, limit);
    if (!input.more()) return -1;
  }
}

/** A first line that alone is too long is the target's fault (RFC 9110 15.5.15). */
function tooLong(bytes: Buffer, at: number, limit: number): Http1Error {
  const line = bytes.indexOf('\r\n', at, 'latin1');
  if (line < 0 || line + 2 > at + limit)
    return new Http1Error(414, 'target_too_long', `first line of more than ${limit} bytes`);
  return new Http1Error(431, 'head_too_large', `head of more than ${limit} bytes`);
}

/**
 * Offset behind the CR LF of the line at the window's start; -1: it has not come whole. Every byte of it is text. `tooLong` makes
 * the refusal of a line of more than `limit` bytes.
 */
export function lineEnd(input: Input, limit: number, tooLong: (limit: number) => Http1Error): number {
  const { bytes, at } = input;
  const to = Math.min(input.end, at + limit);
  const stop = Math.min(to, past(bytes, at + input.looked, TEXT));
  if (stop + 1 < to) {
    if (bytes[stop] !== CR || bytes[stop + 1] !== LF) throw illegalByte(bytes[stop] ?? 0, bytes[stop + 1]);
    return stop + 2;
  }
  if (stop < to && bytes[stop] !== CR) throw illegalByte(bytes[stop] ?? 0, undefined);
  input.looked = stop - at;
  if (to - at >= limit) throw tooLong(limit);
  return -1;
}
