/** Splits a byte stream into lines, whole ones only. */

export interface Lines {
  push(chunk: Buffer): void;
  /** Bytes of memory that the beginning of an unfinished line costs. */
  readonly held: number;
}

/** A piece that came by itself costs more than its bytes. */
const PIECE_BYTES = 256;

/** Calls back with each line that has become whole, its newline included; a line over the limit is reported with its bytes, and dropped. */
export function createLines(
  mostBytes: number,
  onLine: (line: Buffer) => void,
  onTooLong: (bytes: number) => void,
): Lines {
  let parts: Buffer[] = [];
  let length = 0;
  const keep = (part: Buffer) => {
    length += part.length;
    if (length <= mostBytes) parts.push(part);
    else parts = [];
  };
  const finish = () => {
    const [bytes, whole] = [length, parts];
    parts = [];
    length = 0;
    const [only] = whole;
    if (bytes > mostBytes) onTooLong(bytes);
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
