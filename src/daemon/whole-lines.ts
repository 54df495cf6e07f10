/**
 * A connection's lines, each in one chunk. The SDK's read buffer copies and searches all that it holds with every chunk, so a line
 * of 60 MB in chunks of 64 KiB took 27 s of the control thread; it also closes, silently, when a line is too long for it.
 */
import { type Readable, Transform } from 'node:stream';
import { createLines } from '../home/lines.ts';

/** A line of more than `mostBytes` is reported with its bytes, and dropped. */
export function wholeLines(source: Readable, mostBytes: number, onTooLong: (bytes: number) => void): Readable {
  const whole = new Transform({
    transform(chunk: Buffer, _, done) {
      lines.push(chunk);
      done();
    },
  });
  const lines = createLines(mostBytes, (line) => whole.push(line), onTooLong);
  return source.pipe(whole);
}
