/** Bytes that HTTP/1 lines are made of (RFC 9110 5.5 and 5.6.2, RFC 9112 2.2 and 3.2). */
import { Http1Error, shownByte } from './http1-error.ts';

export const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SPACE = 0x20;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;

/** Class of tchar: methods, field names. */
export const TOKEN = 1;
/** Class of field values, reasons and what else stands in a line: tab, space, visible, 8-bit. */
export const TEXT = 2;
/** Class of request targets: visible ASCII without `#`, since browsers send `|`, `[`, `{` and `^` as they are. */
export const TARGET = 4;

const CLASSES = classes();

function classes(): Uint8Array {
  const token = /[!#$%&'*+.^_`|~0-9A-Za-z-]/;
  return Uint8Array.from({ length: 256 }, (_, byte) => {
    const visible = byte > SPACE && byte < 0x7f;
    const inToken = visible && token.test(String.fromCharCode(byte)) ? TOKEN : 0;
    const inText = visible || byte === SPACE || byte === TAB || byte >= 0x80 ? TEXT : 0;
    return inToken | inText | (visible && byte !== 0x23 ? TARGET : 0);
  });
}

/** Offset of the first byte from `at` on that is not of the class; at most the length of `bytes`. */
export function past(bytes: Buffer, at: number, kind: number): number {
  let i = at;
  while (((CLASSES[bytes[i] ?? 0] ?? 0) & kind) !== 0) i++;
  return i;
}

export const isBlank = (byte: number | undefined): boolean => byte === SPACE || byte === TAB;

/**
 * Looks over bytes [from, to) of lines: everything is text or CR LF. Offset from which to look again when more has come: `to`,
 * or that of a CR at the end.
 */
export function lookOver(bytes: Buffer, from: number, to: number): number {
  for (let i = from; i < to; i++) {
    const byte = bytes[i] ?? 0;
    if (((CLASSES[byte] ?? 0) & TEXT) !== 0) continue;
    if (byte === CR && i + 1 >= to) return i;
    if (byte !== CR || bytes[i + 1] !== LF) throw illegalByte(byte, bytes[i + 1]);
    i++;
  }
  return to;
}

/** The refusal of a byte that is neither text nor part of CR LF (RFC 9112 2.2: a bare CR is invalid; we let no bare LF pass either). */
export function illegalByte(byte: number, next: number | undefined): Http1Error {
  if (byte === LF) return new Http1Error(400, 'bare_lf', 'a line ends in LF alone');
  if (byte === CR) return new Http1Error(400, 'bare_cr', `CR is followed by ${shownByte(next)}, not by LF`);
  return new Http1Error(400, 'control_byte', `control byte ${shownByte(byte)} in a line`);
}
