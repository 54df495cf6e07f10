/** UTF-8 out of a buffer whose ends may cut a character in two (RFC 3629; replacement as in the WHATWG Encoding standard). */

export interface Cut {
  /** Bytes before the first one are gone. */
  readonly front?: boolean;
  /** Bytes after the last one may still come. */
  readonly back?: boolean;
}

// A byte order mark is text like any other here: visible.ts shows it.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Text of `bytes`. A piece of a character at a cut end is left out; bytes that are no UTF-8 become U+FFFD. */
export function decodeUtf8(bytes: Uint8Array, cut: Cut = {}): string {
  const start = cut.front ? strayHead(bytes) : 0;
  const end = bytes.length - (cut.back ? unfinishedTail(bytes) : 0);
  return decoder.decode(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, Math.max(start, end)));
}

/** How many trailing bytes begin a character that is not yet whole: 0 to 3. */
export function unfinishedTail(bytes: Uint8Array): number {
  for (let back = 1; back <= 3; back++) {
    const lead = bytes[bytes.length - back];
    if (lead === undefined) return 0;
    if (!isContinuation(lead))
      return back < lengthOf(lead) && mayFollow(lead, bytes[bytes.length - back + 1]) ? back : 0;
  }
  return 0;
}

/** A cut character leaves at most three continuation bytes behind. */
function strayHead(bytes: Uint8Array): number {
  let count = 0;
  while (count < 3 && isContinuation(bytes[count] ?? 0)) count++;
  return count;
}

const isContinuation = (byte: number): boolean => (byte & 0xc0) === 0x80;

/** Bytes of the character that `lead` begins; 1 also for bytes that can begin none. */
function lengthOf(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 1;
}

/** RFC 3629 §4: after four of the leads the second byte's range is narrower (overlong forms, surrogates, past U+10FFFF). */
function mayFollow(lead: number, second: number | undefined): boolean {
  if (second === undefined) return true;
  if (lead === 0xe0) return second >= 0xa0;
  if (lead === 0xed) return second <= 0x9f;
  if (lead === 0xf0) return second >= 0x90;
  return lead !== 0xf4 || second <= 0x8f;
}
