/**
 * A connection's lines, each in one chunk, and only as fast as its peer takes the answers: a client that sends and never reads would
 * else have all its answers pile up here. A line that is too long is said and dropped, where the SDK's reader closes in silence.
 */
import { type Duplex, type Readable, Transform, type Writable } from 'node:stream';
import { createLines } from '../home/lines.ts';

/** Answers that the peer has not taken; beyond this it is not heard. */
const MOST_UNTAKEN_BYTES = 64 * 1_024;

/** A line of more than `mostBytes` is reported with its bytes, and dropped. The answers go to `connection` itself. */
export function wholeLines(connection: Duplex, mostBytes: number, onTooLong: (bytes: number) => void): Readable {
  let arrived: Buffer[] = [];
  const lines = createLines(mostBytes, (line) => arrived.push(line), onTooLong);

  async function passOn(): Promise<void> {
    const taken = arrived;
    arrived = [];
    for (const line of taken) {
      whole.push(line);
      // What is answered at once is written within this turn.
      await new Promise(setImmediate);
      await untilTaken(connection);
    }
  }

  const whole = new Transform({
    transform(chunk: Buffer, _, done) {
      lines.push(chunk);
      passOn().then(() => done(), done);
    },
  });
  return connection.pipe(whole);
}

async function untilTaken(sink: Writable): Promise<void> {
  while (sink.writableLength > MOST_UNTAKEN_BYTES && !sink.destroyed) await drainOrClose(sink);
}

function drainOrClose(sink: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      sink.off('drain', done).off('close', done);
      resolve();
    };
    sink.on('drain', done).on('close', done);
  });
}
