/** Splits a byte stream into lines, whole ones only. */

export interface Lines {
  push(chunk: Buffer): void;
  /** Bytes of memory that the beginning of an unfinished line costs. */
  readonly held: number;
}

/** A piece that came by itself costs more than its bytes. */
const PIECE_BYTES = 256;

/** What is known of a line that was dropped. */
export interface LongLine {
  readonly bytes: number;
  /** Its first and last bytes, `END_BYTES` of each. */
  readonly head: Buffer;
  readonly tail: Buffer;
}

const END_BYTES = 256;
const NOTHING = Buffer.alloc(0);

/** Calls back with each line that has become whole, its newline included; a line over the limit is reported, and dropped. */
export function createLines(
  mostBytes: number,
  onLine: (line: Buffer) => void,
  onTooLong: (line: LongLine) => void,
): Lines {
  let parts: Buffer[] = [];
  let length = 0;
  let head: Buffer = NOTHING;
  let tail: Buffer = NOTHING;
  const keep = (part: Buffer) => {
    length += part.length;
    parts.push(part);
    if (length > mostBytes) drop();
  };
  const drop = () => {
    const bytes = Buffer.concat([tail, ...parts]);
    if (head.length === 0) head = Buffer.from(bytes.subarray(0, END_BYTES));
    tail = Buffer.from(bytes.subarray(-END_BYTES));
    parts = [];
  };
  const finish = () => {
    const [bytes, whole] = [length, parts];
    const dropped = { bytes, head, tail };
    parts = [];
    length = 0;
    head = tail = NOTHING;
    const [only] = whole;
    if (bytes > mostBytes) onTooLong(dropped);
    else if (only !== undefined) onLine(whole.length === 1 ? only : Buffer.concat(whole));
  };
  return {
    push(chunk) {
      let from = 0;
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
        keep(chunk.subarray(from, at + 1));
        finish();
        from = at + 1;
      }
      if (from < chunk.length) keep(chunk.subarray(from));
    },
    get held() {
      return parts.length === 0 ? 0 : length + parts.length * PIECE_BYTES;
    },
  };
}
