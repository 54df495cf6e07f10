/** How long a message is (RFC 9112 6): one field says so, in the one usual way, or the message is refused. */
import { Http1Error, shown } from './http1-error.ts';
import type { Facts } from './http1-facts.ts';

/** Bytes (0: no body), chunk lines, until the stream ends, or a tunnel after 101. */
export type Framing = number | 'chunked' | 'close' | 'tunnel';

/** Framing of a request (RFC 9112 6.3, items 3 to 5 and 7). */
export function requestFraming(facts: Facts, minor: 0 | 1): Framing {
  return declared(facts, minor) ?? 0;
}

/** Framing of the response of that status to a request of the method `answers` (RFC 9112 6.3, items 1 to 6 and 8). */
export function responseFraming(facts: Facts, minor: 0 | 1, status: number, answers: string): Framing {
  const framing = declared(facts, minor);
  if (status < 200 || status === 204) {
    // RFC 9110 8.6 and RFC 9112 6.1: no such fields here; a client that believes them reads another message than we do.
    if (framing !== null && framing !== 0)
      throw new Http1Error(
        502,
        'body_forbidden',
        `status=${status} has no body, but its head declares one: ${framing}`,
      );
    return status === 101 ? 'tunnel' : 0;
  }
  return status === 304 || answers === 'HEAD' ? 0 : (framing ?? 'close');
}

/** What Transfer-Encoding or Content-Length says; null without them. */
function declared(facts: Facts, minor: 0 | 1): number | 'chunked' | null {
  if (facts.codings > 0) return codedFraming(facts, minor);
  if (facts.lengths === 0) return null;
  if (facts.lengths > 1) throw new Http1Error(400, 'content_length', `${facts.lengths} Content-Length fields`);
  return contentLength(facts.length);
}

function codedFraming(facts: Facts, minor: 0 | 1): 'chunked' {
  const { coding, codings, lengths } = facts;
  if (lengths > 0) throw new Http1Error(400, 'length_and_coding', 'both Transfer-Encoding and Content-Length');
  if (minor === 0) throw new Http1Error(400, 'transfer_encoding', 'Transfer-Encoding in HTTP/1.0');
  if (codings > 1) throw new Http1Error(400, 'transfer_encoding', `${codings} Transfer-Encoding fields`);
  if (coding === 'chunked' || coding.toLowerCase() === 'chunked') return 'chunked';
  throw new Http1Error(isCodedOnce(coding) ? 501 : 400, 'transfer_encoding', shown('Transfer-Encoding', coding));
}

/** A coding that we do not know, then chunked: could be framed, so 501; anything else cannot (RFC 9112 6.1, 6.3 item 4). */
function isCodedOnce(coding: string): boolean {
  const names = coding.toLowerCase().split(',');
  const trimmed = names.map((name) => name.trim());
  return trimmed.at(-1) === 'chunked' && trimmed.indexOf('chunked') === trimmed.length - 1 && !trimmed.includes('');
}

const DIGITS = /^[0-9]{1,16}$/;

/** Digits alone, at most 16: no sign, list, hexadecimal or white space (RFC 9110 8.6). */
function contentLength(value: string): number {
  const length = DIGITS.test(value) ? Number(value) : Number.NaN;
  if (Number.isSafeInteger(length)) return length;
  throw new Http1Error(400, 'content_length', shown('Content-Length', value));
}
