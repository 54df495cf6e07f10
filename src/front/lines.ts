/** Splits a byte stream into lines, whole ones only. */

export interface Lines {
  /** Calls back with each line that has become whole, without its newline; a line over the limit is reported and dropped. */
  push(chunk: Buffer): void;
}

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
    const line = length <= mostBytes ? Buffer.concat(parts) : null;
    const bytes = length;
    parts = [];
    length = 0;
    if (line === null) onTooLong(bytes);
    else if (line.length > 0) onLine(line);
  };
  return {
    push(chunk) {
      let from = 0;
      for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
        keep(chunk.subarray(from, at));
        finish();
        from = at + 1;
      }
      if (from < chunk.length) keep(chunk.subarray(from));
    },
  };
}
